"""The small province again, every word that a stranger may choose chosen to harm."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from casework.case_model import CaseKind, NewCase
from casework.model import Account
from domain.analysis import LabelScore, PlaceHit, WeightedTerm
from domain.ids import PostId, SourceId, UnitId
from domain.labels import Harm, PostKind, Role
from domain.profile import SourceSpec
from e2e.console_world import NOW, PASSWORD, analysed, counted_weeks, fill, made_post
from e2e.model_world import CANDIDATE
from jobs.drift_job import KEY
from jobs.learning.registry import Change, Entry
from ui.context import ConsoleContext
from wiring.source_edits import SourceDesk

MARK = "xau7"
"""Stands in every attempt: an element, an address or a script with it is a success."""

ATTEMPTS = (
    f"<script>window.{MARK}=1;document.title='{MARK}'</script>",
    f"<img src=x:{MARK} onerror=\"document.title='{MARK}'\">",
    f"<svg onload=\"document.title='{MARK}'\"><a href='javascript:{MARK}'>a</a></svg>",
    f"'\"><iframe srcdoc='{MARK}'></iframe><style>*{{color:red}}</style>",
    f"![{MARK}](/{MARK}.png) [{MARK}](javascript:alert(1)) <https://{MARK}.vn>",
    f"http://{MARK}.vn/a www.{MARK}.vn {MARK}@{MARK}.vn :red[{MARK}] :material/home:",
    f"**{MARK}** `{MARK}` $\\frac{{1}}{{2}}$ {{{{7*7}}}} {{name}} {{0}} %s # {MARK}",
    f"\u202e{MARK} lật ngược\u2066 \u200f",
    f'=HYPERLINK("http://{MARK}.vn";"{MARK}") @SUM(1+1) | cmd',
    f"{MARK} " + "dài" * 2000,
)
ALL = " ".join(ATTEMPTS)
NAMES = tuple(attempt.replace("\n", " ")[:290] for attempt in ATTEMPTS)
SOURCE = "nguon-xau"


def with_strangers_words(context: ConsoleContext) -> ConsoleContext:
    """Fill posts, sources, places, people, cases, searches, settings and models."""
    posts(context)
    (lan,) = [one for one in context.casework.accounts() if one.name == "lan"]
    for at, name in enumerate(NAMES):
        people_and_cases(context, lan, at, name)
    for week in counted_weeks():
        harmed = replace(
            week, sources={**week.sources, **dict.fromkeys(NAMES, (60, 55))}
        )
        key = f"{KEY}{week.monday.isoformat()}"
        context.casework.put_setting("jobs", key, harmed.stored(), expected_version=1)
    registry = context.models.registry
    for name in (ALL, CANDIDATE):
        note = Entry(
            at=NOW, by=name, change=Change.CANDIDATE, version=CANDIDATE, why=ALL
        )
        with registry._changing() as models:
            registry._write(replace(models, history=(*models.history, note)))
    sources = tuple(strange_sources())
    known = (*context.sources(), *sources)
    return replace(
        context,
        sources=lambda: known,
        source_desk=SourceDesk(lambda: known, context.casework),
        versions={**context.versions, ALL: ALL},
    )


def people_and_cases(context: ConsoleContext, lan: Account, at: int, name: str) -> None:
    casework = context.casework
    casework.create_account(
        "cli",
        name=f"xau{at}",
        display=name,
        role=Role.ANALYST,
        password=PASSWORD,
        must_change=False,
    )
    (made,) = [one for one in casework.accounts() if one.name == f"xau{at}"]
    new = NewCase(
        kind=CaseKind.HARM, title=name, posts=((PostId(f"xau:{at}"), 1),), owner=made.id
    )
    number = casework.open_case(lan, new).number
    casework.note_in_case(lan, number, ALL)
    casework.add_case_task(lan, number, name)
    casework.save_search(made, name[:100], ALL[:500], shared=True)
    casework.record(name, "post.add", name, {name: name})


def strange_sources() -> Iterator[SourceSpec]:
    for at, name in enumerate(NAMES):
        address = f"http://127.0.0.1:9/{at}/"
        id_ = SourceId(f"{SOURCE}-{at}")
        yield SourceSpec(id=id_, name=name, kind="feed", url=address)


def posts(context: ConsoleContext) -> None:
    """Put posts into the index in which every field is an attempt."""
    found = []
    for at, attempt in enumerate(ATTEMPTS):
        post = replace(
            made_post(f"x{at}", f"{attempt} {ALL}"[:9000], minutes=2 + at),
            id=PostId(f"xau:{at}"),
            source=SourceId(f"{SOURCE}-{at}"),
            kind=PostKind.ARTICLE,
            title=attempt[:400],
            lead=attempt,
            outlet=attempt[:300],
            url=f"javascript:{MARK}" if at % 2 else f"http://a.vn/\"'><b>{MARK}",
        )
        truth = {"queues": ["harmful", "claims"], "harm": ["scam"]}
        made = analysed(post, truth)
        named = PlaceHit(
            name=attempt, start=0, end=0, unit=UnitId("sin-thau"), why=attempt
        )
        terms = (WeightedTerm(term=attempt, weight=2.0, spans=((0, 3),)),)
        score = LabelScore(
            name=Harm.SCAM.value,
            probability=0.99,
            threshold=0.5,
            flagged=True,
            why=terms,
        )
        judged = replace(made.judgement, labels=(score,), model=attempt)
        found.append(
            replace(
                made,
                places=(named,),
                judgement=judged,
                why=attempt,
                analysed_at=post.fetched + timedelta(seconds=1),
            )
        )
    fill(context.index, iter(found))

"""One source: what it brought, what failed, its last posts, its care."""

from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from jobs.health_facts import SourceFacts
from jobs.source_health import PARTS
from searchindex.port import Search
from searchindex.query import FieldIs
from ui import daily, faults, markup, shown, source_lines
from ui.page import PageContext, desk_link
from ui.source_lines import SourceLine
from ui.view_models import first_words
from ui.views import source_care_view

RUNS_SHOWN = 30
POSTS_SHOWN = 12


def show(page: PageContext, line: SourceLine) -> None:
    """Draw the source's state, then its parts by tab."""
    words = page.words
    mark, word, _ = source_lines.state_of(line, page.reading)
    kind = source_lines.kind_of(line.spec, page.reading)
    st.html(
        f"<p>{markup.link('/sources', words('sources.back'))}</p>"
        f"<h1>{escape(line.spec.name)}: {mark} {escape(word)}</h1>"
        f"<p class='mt-quiet'>{escape(kind)} · "
        f"{markup.outside(line.spec.url, line.spec.url)} · <code>{escape(line.spec.id)}"
        "</code></p>"
    )
    _findings(page, line)
    names = ("figures", "runs", "posts", "care", "versions")
    tabs = st.tabs([words(f"source.{name}") for name in names])
    with tabs[0]:
        _figures(page, line)
    with tabs[1]:
        _runs(page, line)
    with tabs[2]:
        _posts(page, line)
    with tabs[3]:
        source_care_view.care(page, line.spec)
    with tabs[4]:
        source_care_view.versions(page, line.spec)


def _findings(page: PageContext, line: SourceLine) -> None:
    if line.report is None or not line.report.sick:
        return
    words = page.words
    rows = "".join(
        f"<li>{source_lines.MARKS[f.state]} <b>"
        f"{escape(words(f'condition.{f.condition}'))}</b>: {escape(words.told(f.said))}"
        f"<span class='meta'>{escape(words.told(f.hint))}</span></li>"
        for f in line.report.findings
    )
    st.html(f"<ul class='mt-list'>{rows}</ul>")


def _figures(page: PageContext, line: SourceLine) -> None:
    words = page.words
    if line.report is None:
        key = "open" if line.spec.enabled else "off"
        hint = words(f"source.{key}_hint")
        st.html(markup.empty(words(f"sources.{key}"), hint))
        return
    facts = line.report.facts
    _numbers(page, facts)
    left, right = st.columns([3, 2], gap="small")
    with left:
        _volume(page, facts)
    with right:
        _fields(page, facts)
        _errors(page, facts)


def _numbers(page: PageContext, facts: SourceFacts) -> None:
    words, reading, day = page.words, page.reading, facts.day
    looked = day.pages + day.not_modified
    cells = (
        (reading.moment(facts.last_success), "success"),
        (reading.moment(facts.last_new), "last_new"),
        (source_lines.today_against_usual(facts, words), "today"),
        (source_lines.lag(facts.lag, reading), "lag"),
        (words.percent(day.not_modified / looked) if looked else "–", "unmodified"),
        (f"{words.number(day.received / 1e6, 1)} MB", "received"),
    )
    drawn = "".join(
        f"<div><b>{escape(value)}</b><span>{escape(words(f'source.n_{name}'))}</span></div>"
        for value, name in cells
    )
    st.html(f"<div class='mt-six mt-small'>{drawn}</div>")


def _volume(page: PageContext, facts: SourceFacts) -> None:
    words = page.words
    known = [count for _, count in facts.days if count is not None]
    missing = source_lines.gaps(facts.days)
    title = words(
        "source.volume", count=words.number(sum(known)), days=words.number(len(known))
    )
    notes = [words("overview.volume_weekend")]
    if missing:
        notes.append(words("overview.volume_gaps", count=missing))
    if facts.usual is not None:
        usual = facts.usual
        notes.append(
            words(
                "source.usual",
                median=words.number(usual.median),
                mad=words.number(usual.mad, 1),
                days=usual.days,
            )
        )
    said = escape("; ".join(notes))
    st.html(f"<h2>{escape(title)}</h2><div class='mt-quiet'>{said}</div>")
    st.altair_chart(_chart(page, facts), width="stretch")
    with st.expander(words("app.table")):
        none = words("overview.none_day")
        rows = [
            [shown.day(day), none if count is None else words.number(count)]
            for day, count in reversed(facts.days)
        ]
        heads = [words("overview.day"), words("overview.count")]
        st.html(markup.table(heads, rows))


def _chart(page: PageContext, facts: SourceFacts) -> "alt.LayerChart | alt.FacetChart":
    words = page.words
    frame = pd.DataFrame(
        {
            "day": [pd.Timestamp(day) for day, _ in facts.days],
            "count": [count for _, count in facts.days],
        }
    )
    where = alt.X(
        "day:T",
        axis=alt.Axis(
            format="%d/%m", title=None, tickCount={"interval": "day", "step": 1}
        ),
    )
    half = pd.Timedelta(hours=12)
    free = [pd.Timestamp(d) for d in daily.weekends([day for day, _ in facts.days])]
    gone = [pd.Timestamp(day) for day, count in facts.days if count is None]
    shade = alt.Chart(_spans(free, half)).mark_rect(color="#e9edf0", clip=True)
    void = alt.Chart(_spans(gone, half)).mark_rect(
        fill="#ffffff", stroke="#7c8c99", strokeDash=[3, 3], clip=True
    )
    columns = (
        alt.Chart(frame[frame["count"].notna()])
        .mark_bar(color="#17507d", size=18)
        .encode(
            x=where,
            y=alt.Y(
                "count:Q", title=words("overview.count"), axis=alt.Axis(tickMinStep=1)
            ),
            tooltip=[
                alt.Tooltip("day:T", format="%d/%m/%Y", title=words("overview.day")),
                alt.Tooltip("count:Q", title=words("overview.count")),
            ],
        )
    )
    layers = [c.encode(x=alt.X("from:T"), x2="to:T") for c in (shade, void)]
    if facts.usual is not None:
        rule = pd.DataFrame({"usual": [facts.usual.median]})
        layers.append(
            alt.Chart(rule)
            .mark_rule(color="#1c2730", strokeDash=[6, 3])
            .encode(y=alt.Y("usual:Q"))
        )
    return alt.layer(*layers, columns).properties(height=190)


def _spans(days: list[pd.Timestamp], half: pd.Timedelta) -> pd.DataFrame:
    return pd.DataFrame(
        {"from": [d - half for d in days], "to": [d + half for d in days]}
    )


def _fields(page: PageContext, facts: SourceFacts) -> None:
    words, now, before = page.words, facts.recent, facts.before
    title = words("source.fields", pages=words.number(now.tried))
    rows = [
        [
            words(f"source.part_{part}"),
            words.percent(now.share(part)) if now.tried else "–",
            words.percent(before.share(part)) if before.tried else "–",
        ]
        for part in PARTS
    ]
    heads = [words(f"source.{name}") for name in ("field", "recent", "before")]
    st.html(f"<h2>{escape(title)}</h2>{markup.table(heads, rows)}")


def _errors(page: PageContext, facts: SourceFacts) -> None:
    words, now, before = page.words, facts.day, facts.before
    codes = sorted({*now.errors, *before.errors}, key=lambda c: -now.errors.get(c, 0))
    rows = [
        [
            faults.with_code(code, words),
            words.number(now.errors.get(code, 0)),
            words.number(before.errors.get(code, 0)),
        ]
        for code in codes
    ]
    heads = [words(f"source.{name}") for name in ("fault", "day", "before")]
    table = (
        markup.table(heads, rows)
        if rows
        else f"<p>{escape(words('source.no_errors'))}</p>"
    )
    st.html(f"<h2>{escape(words('source.errors'))}</h2>{table}")


def _runs(page: PageContext, line: SourceLine) -> None:
    columns = (
        "started", "requests", "new", "revised", "unchanged", "errors", "message",
    )  # fmt: skip
    words = page.words
    rows = [
        [
            page.reading.moment(visit.started),
            words.number(visit.requests),
            words.number(visit.new),
            words.number(visit.revised),
            words.number(visit.unchanged),
            faults.counted(visit.errors or {}, words),
            visit.message or ("" if visit.polled else words("sources.rechecks")),
        ]
        for visit in page.context.source_runs(line.spec.id, RUNS_SHOWN)
    ]
    if rows:
        heads = [words(f"sources.{name}") for name in columns]
        st.html(f"<div class='mt-scroll'>{markup.table(heads, rows)}</div>")
    else:
        st.html(markup.empty(words("sources.never"), ""))


def _posts(page: PageContext, line: SourceLine) -> None:
    words, reading = page.words, page.reading
    query = FieldIs("source", line.spec.id)
    hits = (
        page.context.index.reader().search(Search(query=query, size=POSTS_SHOWN)).hits
    )
    rows = []
    for hit in hits:
        post = hit.document.post
        queue = next(iter(hit.document.analysis.queues), "")
        said = first_words(hit.document, reading)
        address = desk_link(queue, post.id) if queue else ""
        head = markup.link(address, said) if address else escape(said)
        kept = (
            markup.outside(f"/evidence/{post.evidence}", words("desk.captured"))
            if post.evidence
            else escape(words("source.no_capture"))
        )
        fetched = f"{words('desk.fetched')} {reading.moment(post.fetched)}"
        times = f"{reading.moment(post.published)} · {fetched}"
        rows.append(
            f"<li>{head}<span class='meta'>{escape(times)} · {kept}</span></li>"
        )
    if rows:
        st.html(f"<ul class='mt-list'>{''.join(rows)}</ul>")
    else:
        st.html(markup.empty(words("source.no_posts"), words("source.no_posts_hint")))

"""What other parts say in Vietnamese is English in the English console, all of it."""

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files

import pytest

from domain.labels import PostKind
from e2e.console_world import NOW
from jobs.health import Facts, Failure, JobFacts, check
from jobs.health_facts import SourceFacts
from jobs.source_health import report
from jobs.source_past import VisitSum
from nlp.places import PlaceGate
from searchindex.parse import parse
from ui.phrases import english
from ui.wording import wording
from wiring.profile import load_profile

VIETNAMESE = re.compile(
    "[ăâđêôơưàáãạảằắẵặẳầấẫậẩèéẽẹẻềếễệểìíĩịỉòóõọỏồốỗộổờớỡợởùúũụủừứữựửỳýỹỵỷ]",
    re.IGNORECASE,
)
BAO = SourceFacts(id="bao", name="Gazette", interval=timedelta(hours=1))
GOOD = VisitSum(
    visits=40, good=40, pages=40, with_title=40, with_date=40, with_text=40,
    with_author=40, letters=80_000,
)  # fmt: skip


def phrases() -> list[tuple[str, str]]:
    text = files("ui").joinpath("locale", "phrases.toml").read_text(encoding="utf-8")
    return [(one["vi"], one["en"]) for one in tomllib.loads(text)["phrase"]]


def test_each_phrase_is_reached_and_says_as_much() -> None:
    for vi, en in phrases():
        gaps = set(re.findall(r"{(\w+)}", vi))
        assert set(re.findall(r"{(\w+)}", en)) <= gaps
        filled = re.sub(r"{\w+}", "X1", vi)
        assert not VIETNAMESE.search(english(filled)), vi
        assert not VIETNAMESE.search(en)


def test_what_is_unknown_stays() -> None:
    assert english("Câu lạ") == "Câu lạ"
    assert wording("vi").told("Tên tỉnh") == "Tên tỉnh"
    assert wording("en").told("Tên tỉnh") == "Name of the province"


def facts(**more: object) -> Facts:
    given: dict[str, object] = {
        "lag": {"worker": 5_000, "indexer": 0, "worker.idle": 3},
        "documents": 9, "casework": True, "evidence": True, "outbox": 900,
        "rejected": 3, "free_bytes": 2 * 1024**3, "model": "m-1",
        "jobs": [
            JobFacts(name="a", ok=True, message="sent 1", at=NOW),
            JobFacts(name="b", ok=False, message="no", at=NOW),
            JobFacts(name="c", ok=False, message="", at=NOW, overdue=True),
        ],
    }  # fmt: skip
    return Facts(now=NOW, **{**given, **more})  # type: ignore[arg-type] - one of many


def failed() -> Facts:
    names = ("lag", "documents", "casework", "evidence", "free_bytes", "model")
    why = Failure("no answer")
    return facts(**dict.fromkeys((*names, "sources"), why))


@pytest.mark.parametrize("given", [facts(), failed(), facts(outbox=0, rejected=0)])
def test_every_row_of_health_is_english(given: Facts) -> None:
    for row in check(given):
        said = f"{english(row.message_vi)} {english(row.hint_vi)}"
        assert not VIETNAMESE.search(said), said


HOUR = timedelta(hours=1)
SICK = [
    replace(BAO),
    replace(BAO, first_visit=NOW - 90 * 24 * HOUR, streak=3, last_error="dns"),
    replace(BAO, last_success=NOW - 60 * HOUR, streak=3, last_error="dns"),
    replace(BAO, last_success=NOW - 9000 * HOUR, streak=3),
    replace(BAO, last_success=NOW, due=NOW - 30 * HOUR),
    replace(BAO, last_success=NOW, quiet=900 * HOUR),
    replace(
        BAO,
        last_success=NOW,
        recent=replace(GOOD, with_date=0, with_author=0),
        before=GOOD,
    ),
    replace(BAO, last_success=NOW, recent=replace(GOOD, letters=400), before=GOOD),
    replace(BAO, last_success=NOW, recent=replace(GOOD, walled=40), before=GOOD),
    replace(BAO, last_success=NOW, day=replace(GOOD, refused=400), before=GOOD),
    replace(BAO, last_success=NOW, day=replace(GOOD, errors={"dns": 90}), before=GOOD),
    replace(BAO, last_success=NOW, day=replace(GOOD, unlisted=40), before=GOOD),
]


def test_every_finding_on_a_source_is_english() -> None:
    met = set()
    for source in SICK:
        for found in report(source, NOW).findings:
            met.add(found.condition)
            for text in (found.said, found.hint):
                assert not VIETNAMESE.search(english(text)), text
    assert len(met) > 7


def test_every_reason_of_a_place_is_english() -> None:
    profile = load_profile("dien-bien")
    gate = PlaceGate(profile.gazetteer, profile.name)
    names = sorted((u.name for u in profile.gazetteer.units), key=len, reverse=True)
    text = (
        "Ở Mường Phồn, hồ Pá Khoang, quốc lộ 279, sông Nậm Rốm, huyện Mường Ảng, "
        "xã Na Son, phường Noong Bua cũ, tỉnh Điện Biên"
    )
    found = gate.judge("", "", text, kind=PostKind.ARTICLE).places
    assert len({hit.why for hit in found}) > 3
    for hit in found:
        said = english(hit.why)
        for name in names:
            said = said.replace(name, "")
        assert not VIETNAMESE.search(said), hit.why


def test_every_warning_of_a_query_is_english() -> None:
    asked = [
        '"a',
        "(a",
        "a OR",
        "mau:x",
        'title:" "',
        "published:x",
        "revision:x",
        "x" * 3000,
    ]
    warnings = {w for q in asked for w in parse(q, today=date(2026, 11, 23)).warnings}
    assert len(warnings) > 6
    assert not [w for w in warnings if VIETNAMESE.search(english(w))]

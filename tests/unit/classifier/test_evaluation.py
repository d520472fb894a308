import json

from classifier.evaluation import evaluate, report_json
from classifier.linear import LinearClassifier
from classifier.markdown import report_markdown
from classifier.rows import Row
from domain.labels import Harm, PostKind, Topic

ROWS = [
    Row(
        id="1",
        text="tao đập chết mày",
        harm=(Harm.ABUSE,),
        topic=Topic.SECURITY_ORDER,
    ),
    Row(id="2", text="gửi mã otp cho em", harm=(Harm.SCAM,), register="teencode"),
    Row(id="3", text="ủy ban sửa đường đi", complaint=True),
    Row(id="4", text="trời đẹp", harm=(Harm.PANIC,)),
    Row(id="5", text="trời đẹp", kind=PostKind.ARTICLE, stance="pos"),
]
GUARD = [
    Row(id="g1", text="gửi mã otp là mất", note="scam_quote"),
    Row(id="g2", text="ủy ban sửa đường đi", complaint=True, note="angry"),
]


def test_a_report_measures_what_was_judged(judge: LinearClassifier) -> None:
    report = evaluate(judge, ROWS, GUARD)
    assert report.model == judge.version
    assert report.labels["abuse"].recall.value == 1
    assert report.labels["panic"].recall.value == 0
    assert report.harmful_recall.value == 2 / 3
    assert report.honest_false_flags.value == 0
    assert report.topic["security_order"]["security_order"] == 1
    assert sum(sum(row.values()) for row in report.stance.values()) == 1
    assert report.registers["teencode"].recall.value == 1


def test_the_guard_names_what_was_wrongly_flagged(judge: LinearClassifier) -> None:
    guard = evaluate(judge, ROWS, GUARD).guard
    assert guard.false_flags.value == 0.5
    assert list(guard.flagged) == [("g1", ("scam",))]
    assert guard.by_note == {"angry": (0, 1), "scam_quote": (1, 1)}
    assert guard.complaints_found.value == 1


def test_the_report_is_written_as_json_and_markdown(judge: LinearClassifier) -> None:
    report = evaluate(judge, ROWS, GUARD)
    assert json.loads(report_json(report))["texts"] == len(ROWS)
    page = report_markdown(report, extra="## Speed")
    for harm in Harm:
        assert f"| `{harm}` |" in page
    assert "wrongly flagged as harmful | 50.0%" in page
    assert page.rstrip().endswith("## Speed")

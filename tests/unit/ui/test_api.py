import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.errors import RetryLaterError
from domain.ids import PostId
from domain.labels import Verdict
from e2e.console_world import HOSTILE, analysed, fill, made_post
from evidence.port import Capture
from ui.context import ConsoleContext

from .conftest import guarded

SignedIn = Callable[[str], TestClient]
SCAM = {"queues": ["harmful"], "harm": ["scam"]}


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


def _rows(client: TestClient, queue: str = "harmful", **more: str) -> list[Any]:
    answer = client.get("/api/queue", params={"queue": queue, **more})
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["rows"]
    return found


def _counts(client: TestClient) -> dict[str, int]:
    found: dict[str, int] = client.get("/api/counts").json()["counts"]
    return found


def _decide(client: TestClient, row: Any, verdict: str, **more: Any) -> Any:
    body = {
        "post_id": row["id"],
        "revision": row["revision"],
        "verdict": verdict,
        "queue": "harmful",
        **more,
    }
    return client.post("/api/decisions", json=body)


def test_the_desk_learns_words_keys_and_choices(lan: TestClient) -> None:
    info = lan.get("/api/session").json()
    keys = {verdict["key"]: verdict["id"] for verdict in info["verdicts"]}
    assert {k: keys[k] for k in "123450"} == {
        "1": "harmful",
        "2": "misleading",
        "3": "answer_needed",
        "4": "legitimate_criticism",
        "5": "no_issue",
        "0": "out_of_scope",
    }
    assert set(keys.values()) == set(Verdict)
    assert len(info["harms"]) == 9
    assert info["agencies"]
    assert info["csrf"] == lan.headers["X-CSRF-Token"]


def test_a_decided_post_is_gone_from_the_queue_at_once(
    lan: TestClient, context: ConsoleContext
) -> None:
    row = _rows(lan)[0]
    before = _counts(lan)
    answer = _decide(lan, row, "harmful", harm="scam")
    assert answer.status_code == 200
    assert row["id"] not in {r["id"] for r in _rows(lan)}
    assert _counts(lan)["harmful"] == before["harmful"] - 1
    state = context.casework.latest([PostId(row["id"])])[PostId(row["id"])]
    assert state.verdict is Verdict.HARMFUL
    assert context.casework.verify_audit().sound


def test_undo_says_what_and_brings_the_post_back(lan: TestClient) -> None:
    row = _rows(lan)[0]
    before = _counts(lan)
    _decide(lan, row, "legitimate_criticism")
    told = lan.post("/api/undo", json={}).json()
    assert told["post_id"] == row["id"]
    assert "Ý kiến, phê bình hợp pháp" in told["sentence"]
    assert row["words"] in told["sentence"]
    assert row["id"] in {r["id"] for r in _rows(lan)}
    assert _counts(lan) == before
    again = lan.post("/api/undo", json={}).json()
    assert again["post_id"] is None


def test_an_undone_post_comes_back_though_the_index_calls_it_reviewed(
    lan: TestClient, context: ConsoleContext
) -> None:
    row = _rows(lan)[-1]
    before = _counts(lan)
    _decide(lan, row, "no_issue")
    with context.index.writer() as writer:
        writer.put_review(context.casework.latest([PostId(row["id"])])[row["id"]])
    lan.post("/api/undo", json={})
    assert _rows(lan)[0]["id"] == row["id"]
    assert _counts(lan) == before


@pytest.mark.parametrize(
    ("verdict", "more"),
    [
        ("harmful", {}),
        ("false", {}),
        ("misleading", {}),
        ("answer_needed", {}),
        ("answer_needed", {"agency": "no-such-agency"}),
        ("true", {"evidence": [{"title": "x", "url": "javascript:alert(1)"}]}),
        ("probably_bad", {}),
        ("no_issue", {"surprise": 1}),
    ],
)
def test_a_verdict_that_lacks_something_is_refused(
    lan: TestClient, verdict: str, more: dict[str, Any]
) -> None:
    row = _rows(lan)[0]
    answer = _decide(lan, row, verdict, **more)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert answer.json()["number"]
    assert row["id"] in {r["id"] for r in _rows(lan)}


def test_evidence_is_kept_with_the_verdict(lan: TestClient) -> None:
    row = _rows(lan)[0]
    evidence = [{"title": "Thông báo số 1", "url": "https://tinh.vn/1"}]
    _decide(lan, row, "false", evidence=evidence)
    view = lan.get("/api/post", params={"id": row["id"]}).json()
    assert view["acts"][0]["evidence"] == [["Thông báo số 1", "https://tinh.vn/1"]]
    assert view["standing"] == "Đã kết luận: Tin giả"


def test_copies_fold_into_one_row_and_can_share_a_verdict(
    lan: TestClient, context: ConsoleContext
) -> None:
    wave = next(r for r in _rows(lan) if r["story"] == "wave")
    assert wave["copies"] == 3
    assert len(wave["folded"]) == 2
    also = [{"post_id": r["id"], "revision": r["revision"]} for r in wave["folded"]]
    told = _decide(lan, wave, "harmful", harm="scam", also=also).json()
    assert len(told["ids"]) == 3
    assert not any(r["story"] == "wave" for r in _rows(lan))
    lan.post("/api/undo", json={"decided_ids": told["ids"]})
    back = next(r for r in _rows(lan) if r["story"] == "wave")
    assert len(back["folded"]) == 2


def test_a_copy_is_shown_with_its_differences_and_can_be_cut(lan: TestClient) -> None:
    copies = lan.get("/api/story", params={"id": "test:wave-0"}).json()["copies"]
    assert {c["id"] for c in copies} == {"test:wave-1", "test:wave-2"}
    other = next(c for c in copies if c["id"] == "test:wave-1")
    assert [p["text"] for p in other["pieces"] if p["kind"] == "added"] == ["ngay"]
    body = {"post_id": "test:wave-1", "revision": 1, "story": "wave"}
    assert lan.post("/api/stories/cut", json=body).status_code == 200
    left = lan.get("/api/story", params={"id": "test:wave-0"}).json()["copies"]
    assert {c["id"] for c in left} == {"test:wave-2"}
    rows = {r["id"]: r for r in _rows(lan)}
    assert "test:wave-1" in rows


def test_an_edited_post_is_open_again(lan: TestClient, context: ConsoleContext) -> None:
    row = next(r for r in _rows(lan, "claims") if r["id"] == "test:edited")
    assert row["revision"] == 2
    _decide(lan, row, "no_issue")
    newer = made_post("edited", "Cầu lại sập rồi", minutes=1, revision=3)
    fill(context.index, iter([analysed(newer, {"queues": ["claims"]})]))
    assert "test:edited" in {r["id"] for r in _rows(lan, "claims")}
    view = lan.get("/api/post", params={"id": "test:edited"}).json()
    assert "Phiên bản 2" in view["standing"]
    assert [edit["revision"] for edit in view["edits"]] == [3, 2]
    assert [event["kind"] for event in view["timeline"]].count("revised") == 2


def test_a_verdict_on_an_overtaken_revision_conflicts(lan: TestClient) -> None:
    row = next(r for r in _rows(lan, "claims") if r["id"] == "test:edited")
    _decide(lan, row, "no_issue")
    answer = _decide(lan, {**row, "revision": 1}, "no_issue")
    assert answer.status_code == 409


def test_a_revision_that_is_yet_to_come_blocks_nothing(lan: TestClient) -> None:
    row = _rows(lan)[0]
    forged = _decide(lan, {**row, "revision": row["revision"] + 7}, "no_issue")
    assert forged.status_code == 409
    assert "phiên bản" in forged.text
    assert _decide(lan, row, "no_issue").status_code == 200


def test_nothing_is_decided_cut_or_looked_at_that_does_not_exist(
    lan: TestClient, context: ConsoleContext
) -> None:
    row = _rows(lan)[0]
    ghost = {"post_id": "ghost:1", "revision": 1}
    before = len(context.casework.audit(limit=10_000))
    body = {**ghost, "verdict": "no_issue"}
    assert lan.post("/api/decisions", json=body).status_code == 404
    copies = {"post_id": row["id"], "revision": row["revision"], "also": [ghost]}
    body = {**copies, "verdict": "no_issue"}
    assert lan.post("/api/decisions", json=body).status_code == 404
    body = {**ghost, "story": "x"}
    assert lan.post("/api/stories/cut", json=body).status_code == 404
    body = {"post_id": "a\x00"}
    assert lan.post("/api/viewing", json=body).status_code == 404
    assert len(context.casework.audit(limit=10_000)) == before


def test_odd_numbers_and_origins_are_refused_in_words(lan: TestClient) -> None:
    body = {"decided_ids": [9**30]}
    assert lan.post("/api/undo", json=body).status_code == 422
    odd = lan.post("/api/undo", json={}, headers={"Origin": "http://["})
    assert odd.status_code == 403


def test_a_colleague_at_work_is_seen(lan: TestClient, signed_in: SignedIn) -> None:
    minh = signed_in("minh")
    row = _rows(lan)[0]
    body = {"post_id": row["id"]}
    assert minh.post("/api/viewing", json=body).json() == {"viewing": ""}
    assert lan.post("/api/viewing", json=body).json() == {"viewing": "Quàng Văn Minh"}
    assert _rows(lan)[0]["viewing"] == "Quàng Văn Minh"
    assert _rows(minh)[0]["viewing"] == ""
    view = lan.get("/api/post", params={"id": row["id"]}).json()
    assert view["viewing"] == "Quàng Văn Minh"


def test_personal_data_is_shown_by_a_logged_act_only(
    lan: TestClient, context: ConsoleContext
) -> None:
    shut = lan.get("/api/post", params={"id": "test:wave-0"})
    assert "000 444" not in shut.text
    opened = lan.post("/api/reveal", json={"post_id": "test:wave-0"})
    assert "000 444" in opened.text
    last = context.casework.audit(limit=1000)[-1]
    assert (last.act, last.subject) == ("post.reveal", "test:wave-0")


def test_a_hostile_post_travels_as_data(lan: TestClient) -> None:
    answer = lan.get("/api/post", params={"id": "test:hostile"})
    assert answer.headers["content-type"] == "application/json"
    text = "\n".join(
        "".join(piece["text"] for piece in part["pieces"])
        for part in answer.json()["paragraphs"]
    )
    assert text == HOSTILE


def test_a_captured_page_is_shown_as_text_in_a_sandbox(
    lan: TestClient, context: ConsoleContext
) -> None:
    capture = Capture(
        url="http://127.0.0.1:9/x",
        fetched=context.clock.now(),
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", "text/html"),),
        body=b"<script>alert(1)</script>",
    )
    digest = context.evidence.put(capture)
    answer = lan.get(f"/evidence/{digest}")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.content == capture.body
    assert lan.get("/evidence/sha256:0").status_code == 404


def test_what_does_not_exist_is_said_in_words(lan: TestClient) -> None:
    answer = lan.get("/api/post", params={"id": "no:such"})
    assert answer.status_code == 404
    assert answer.json()["error"] == "Bài này không còn trong kho."
    assert lan.get("/api/queue", params={"queue": "x"}).status_code == 404


def test_a_body_that_is_too_long_is_not_read(lan: TestClient) -> None:
    answer = lan.post("/api/decisions", content=b"x" * 100_000)
    assert answer.status_code == 422


class _Broken:
    """An index that is out of reach."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def reader(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"),
    [(RetryLaterError("database is locked"), 503), (ValueError("secret path"), 500)],
)
def test_failures_are_words_and_a_number(
    context: ConsoleContext, lan: TestClient, error: Exception, status: int
) -> None:
    broken = dataclasses.replace(context, index=_Broken(error))  # type: ignore[arg-type]
    client = TestClient(guarded(broken), base_url="http://console.test")
    client.cookies = lan.cookies
    answer = client.get("/api/counts")
    assert answer.status_code == status
    assert len(answer.json()["number"]) == 6
    for word in ("locked", "secret", "Traceback"):
        assert word not in answer.text


def test_queues_page_without_doubles(lan: TestClient) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(20):
        answer = lan.get("/api/queue", params={"queue": "press", "after": cursor})
        page = answer.json()
        seen += [r["id"] for r in page["rows"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == _counts(lan)["press"]

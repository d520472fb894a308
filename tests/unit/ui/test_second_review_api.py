"""Blind second review as the desk meets it: nothing tells the first verdict."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.ids import PostId
from domain.labels import Harm, Verdict
from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]
POST = "test:wave-0"
REASON = "Lý do rất riêng của người thứ nhất"


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


@pytest.fixture
def minh(signed_in: SignedIn) -> TestClient:
    return signed_in("minh")


@pytest.fixture
def hoa(signed_in: SignedIn) -> TestClient:
    return signed_in("hoa")


def view(client: TestClient, post: str = POST) -> Any:
    return client.get("/api/post", params={"id": post}).json()


def rows(client: TestClient) -> list[Any]:
    answer = client.get("/api/queue", params={"queue": "harmful"})
    return [one for row in answer.json()["rows"] for one in (row, *row["folded"])]


def waits(client: TestClient) -> bool:
    return POST in {row["id"] for row in rows(client)}


def decide(client: TestClient, verdict: str, post: str = POST, **more: Any) -> Any:
    seen = view(client, post)
    body = {
        "post_id": post,
        "revision": seen["revision"],
        "version": seen["version"],
        "verdict": verdict,
        "queue": "harmful",
        **more,
    }
    return client.post("/api/decisions", json=body)


def severe(client: TestClient, post: str = POST, **more: Any) -> Any:
    said = decide(client, "harmful", post, harm="panic", reason=REASON, **more)
    assert said.status_code == 200, said.text
    return said.json()


def count(client: TestClient) -> int:
    return int(client.get("/api/counts").json()["counts"]["harmful"])


def test_the_second_meets_the_post_as_if_nobody_had_seen_it(
    lan: TestClient, minh: TestClient, hoa: TestClient
) -> None:
    pages = ("/api/post", "/api/story", "/api/precedents")
    asked = [(page, {"id": post}) for page in pages for post in (POST, "test:wave-1")]
    asked += [("/api/queue", {"queue": "harmful"}), ("/api/counts", {})]
    people = (minh, hoa)
    before = [[who.get(p, params=q).json() for p, q in asked] for who in people]
    severe(lan)
    after = [[who.get(p, params=q).json() for p, q in asked] for who in people]
    assert after == before


def test_the_first_has_done_with_it_and_is_told_that_it_waits(
    lan: TestClient, context: ConsoleContext
) -> None:
    before = count(lan)
    severe(lan)
    assert not waits(lan)
    assert count(lan) == before - 1
    seen = view(lan)
    assert "chưa có hiệu lực" in seen["waiting"]
    assert [act["reason"] for act in seen["acts"]] == [REASON]
    copies = lan.get("/api/story", params={"id": "test:wave-1"}).json()["copies"]
    assert [one["decided"] for one in copies if one["id"] == POST] == [True]
    assert context.casework.latest([PostId(POST)])[PostId(POST)].verdict is None


def test_two_agree(lan: TestClient, minh: TestClient, context: ConsoleContext) -> None:
    severe(lan)
    severe(minh)
    state = context.casework.latest([PostId(POST)])[PostId(POST)]
    assert (state.verdict, state.harm) == (Verdict.HARMFUL, Harm.PANIC)
    for client in (lan, minh):
        assert not waits(client)
        assert view(client)["standing"] == "Đã kết luận: Gây hại (Gây hoang mang)"


def test_two_disagree_and_a_third_settles(
    lan: TestClient, minh: TestClient, hoa: TestClient, context: ConsoleContext
) -> None:
    severe(lan)
    assert decide(minh, "no_issue", reason="Chỉ là đùa").status_code == 200
    for client in (lan, minh):
        assert not waits(client)
        assert (view(client)["opinions"], view(client)["standing"]) == ([], "")
        assert len(view(client)["acts"]) == 1
    first = rows(hoa)[0]
    assert (first["id"], first["marks"]) == (POST, ["cần phân xử"])
    said = [(one["verdict"], one["reason"]) for one in view(hoa)["opinions"]]
    assert said == [("Gây hại", REASON), ("Không có vấn đề", "Chỉ là đùa")]
    assert decide(hoa, "no_issue").status_code == 200
    assert not waits(hoa)
    assert view(lan)["standing"] == "Đã kết luận: Không có vấn đề"
    assert len(view(lan)["acts"]) == 3
    assert context.casework.verify_audit().sound


def test_undo_by_the_first_brings_it_back(lan: TestClient, minh: TestClient) -> None:
    severe(lan)
    told = lan.post("/api/undo", json={}).json()
    assert told["post_id"] == POST
    assert waits(lan)
    assert waits(minh)
    assert decide(minh, "no_issue").status_code == 200
    assert not waits(lan)


def test_nobody_learns_a_verdict_by_undoing_it(
    lan: TestClient, hoa: TestClient
) -> None:
    made = severe(lan)
    told = hoa.post("/api/undo", json={"decided_ids": made["ids"]})
    assert told.status_code == 404
    assert REASON not in told.text
    assert not waits(lan)


def test_copies_that_wait_for_others_are_left_out(
    lan: TestClient, minh: TestClient, context: ConsoleContext
) -> None:
    also = [{"post_id": f"test:wave-{n}", "revision": 1} for n in (1, 2)]
    assert len(severe(lan, also=also)["ids"]) == 3
    decide(minh, "no_issue", "test:wave-1")
    told = severe(minh, also=also)
    assert len(told["ids"]) == 2
    states = context.casework.latest([PostId(f"test:wave-{n}") for n in range(3)])
    assert [states[PostId(f"test:wave-{n}")].provisional for n in range(3)] == [
        False,
        True,
        False,
    ]


def test_what_the_index_learns_shows_no_verdict(
    lan: TestClient, minh: TestClient, context: ConsoleContext
) -> None:
    severe(lan)
    with context.index.writer() as writer:
        writer.put_review(context.casework.latest([PostId(POST)])[PostId(POST)])
    document = context.index.reader().get([PostId(POST)])[PostId(POST)]
    assert document.status == "open"
    assert document.review is not None
    assert document.review.verdict is None
    assert REASON not in minh.get("/api/post", params={"id": POST}).text

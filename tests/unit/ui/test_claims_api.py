"""The desk's claims over HTTP: one post to one person, skipped, given back."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from casework.assignment import MOST_OFFERED
from domain.clock import ManualClock
from domain.ids import PostId
from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


@pytest.fixture
def minh(signed_in: SignedIn) -> TestClient:
    return signed_in("minh")


def waiting(client: TestClient) -> list[str]:
    answer = client.get("/api/queue", params={"queue": "harmful"})
    return [row["id"] for row in answer.json()["rows"]]


def claim(client: TestClient, posts: list[str], leave: str = "") -> Any:
    answer = client.post("/api/claim", json={"posts": posts, "leave": leave})
    assert answer.status_code == 200, answer.text
    return answer.json()


def decide(client: TestClient, post_id: str, **more: Any) -> Any:
    view = client.get("/api/post", params={"id": post_id}).json()
    body = {
        "post_id": post_id,
        "revision": view["revision"],
        "version": view["version"],
        "verdict": "no_issue",
        **more,
    }
    return client.post("/api/decisions", json=body)


def test_two_people_at_the_head_get_two_posts(
    lan: TestClient, minh: TestClient
) -> None:
    posts = waiting(lan)
    assert claim(lan, posts)["post_id"] == posts[0]
    told = claim(minh, posts)
    assert told["post_id"] == posts[1]
    assert told["taken"] == {posts[0]: "Lò Thị Lan"}
    assert claim(lan, posts[1:], leave=posts[0])["post_id"] == posts[2]
    assert claim(minh, posts, leave=posts[1])["post_id"] == posts[0]


def test_what_is_settled_or_gone_is_named_and_not_given(
    lan: TestClient, minh: TestClient
) -> None:
    posts = waiting(lan)
    assert decide(lan, posts[0]).status_code == 200
    told = claim(minh, [posts[0], "ghost:1", "a\x00", posts[1]])
    assert told["post_id"] == posts[1]
    assert set(told["settled"]) == {posts[0], "ghost:1", "a\x00"}
    nothing = claim(minh, [posts[0]])
    assert (nothing["post_id"], nothing["settled"]) == ("", [posts[0]])


def test_a_given_back_post_goes_to_colleagues_and_is_recorded(
    lan: TestClient, minh: TestClient, context: ConsoleContext
) -> None:
    first, second = waiting(lan)[:2]
    claim(lan, [first, second])
    answer = lan.post("/api/return", json={"post_id": first})
    assert answer.json() == {"sentence": "Đã trả lại bài cho đồng nghiệp."}
    told = claim(lan, [first, second])
    assert (told["post_id"], told["returned"]) == (second, [first])
    assert claim(minh, [first, second])["post_id"] == first
    last = context.casework.audit(limit=1000)[-1]
    assert (last.act, last.subject) == ("post.return", first)
    assert lan.post("/api/return", json={"post_id": "ghost:1"}).status_code == 404


def test_a_verdict_on_a_colleagues_post_is_refused_in_words(
    lan: TestClient, minh: TestClient, clock: ManualClock
) -> None:
    post = claim(lan, waiting(lan))["post_id"]
    refused = decide(minh, post)
    assert refused.status_code == 409
    assert "Đồng nghiệp đang xử lý" in refused.text
    clock.advance(seconds=121)
    assert decide(minh, post).status_code == 200
    late = decide(lan, post, version=0)
    assert late.status_code == 409
    assert "vừa kết luận" in late.text


def test_copies_that_a_colleague_has_open_are_left_out(
    lan: TestClient, minh: TestClient, context: ConsoleContext
) -> None:
    claim(minh, ["test:wave-1"])
    also = [{"post_id": f"test:wave-{n}", "revision": 1} for n in (1, 2)]
    told = decide(lan, "test:wave-0", also=also).json()
    assert len(told["ids"]) == 2
    held = PostId("test:wave-1")
    assert held not in context.casework.latest([held])


def test_looking_at_another_post_leaves_the_former(
    lan: TestClient, minh: TestClient
) -> None:
    first, second = waiting(lan)[:2]
    claim(lan, [first])
    lan.post("/api/viewing", json={"post_id": second, "leave": first})
    assert claim(minh, [second, first])["post_id"] == first


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"posts": "test:wave-0"},
        {"posts": [], "surprise": 1},
        {"posts": ["x" * 1001]},
        {"posts": [f"p:{n}" for n in range(MOST_OFFERED + 1)]},
    ],
)
def test_a_claim_that_is_no_claim_is_refused(
    lan: TestClient, body: dict[str, Any]
) -> None:
    assert lan.post("/api/claim", json=body).status_code == 422


def test_only_who_may_decide_claims_and_gives_back(
    visitor: TestClient, signed_in: SignedIn, context: ConsoleContext
) -> None:
    claims, posts = "/api/claim", {"posts": ["test:wave-0"]}
    thanh, lan = signed_in("thanh"), signed_in("lan")
    del lan.headers["X-CSRF-Token"]
    for path, body in ((claims, posts), ("/api/return", {"post_id": "test:wave-0"})):
        assert visitor.post(path, json=body).status_code == 401
        assert thanh.post(path, json=body).status_code == 403
        assert lan.post(path, json=body).status_code == 403
    assert context.casework.viewers([PostId("test:wave-0")]) == {}

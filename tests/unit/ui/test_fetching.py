"""A link alone: asked for, noted, followed up, and never an address of ours."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from casework import permissions
from casework.permissions import Act
from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.labels import Role
from ui.context import ConsoleContext, FetchDoor, Fetched

from .conftest import SITE, guarded

SignedIn = Callable[[str], TestClient]
LINK = "https://bao.example.vn/tin-1.html"


def ask(client: TestClient, **fields: str) -> Any:
    form = {"token": client.headers["X-CSRF-Token"]} | fields
    files = {"picture": ("", b"", "application/octet-stream")}
    return client.post("/add", data=form, files=files, follow_redirects=False)


def acts(context: ConsoleContext) -> list[Any]:
    return [row for row in context.casework.audit() if row.act == "page.fetch"]


def with_outcome(
    context: ConsoleContext, client: TestClient, found: Fetched | Exception | None
) -> TestClient:
    """Return the browser on a console whose crawlers brought this."""

    def outcome(_address: str, _since: datetime) -> Fetched | None:
        if isinstance(found, Exception):
            raise found
        return found

    assert context.intake is not None
    assert context.intake.pages is not None
    door = FetchDoor(ask=context.intake.pages.ask, outcome=outcome)
    other = replace(context, intake=replace(context.intake, pages=door))
    return TestClient(
        guarded(other), base_url=SITE, headers=client.headers, cookies=client.cookies
    )


def test_a_link_alone_waits_first_in_line_and_is_noted(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    client = signed_in("lan")
    answer = ask(client, link=f"{LINK}?utm_source=x#y", where="Báo Hoa Ban")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"])
    assert "Đã đưa vào hàng lấy ngay" in page.text
    assert LINK in page.text
    assert 'http-equiv="refresh"' in page.text
    assert "tiến trình" not in page.text
    (row,) = acts(context)
    assert row.subject == LINK
    account = {a.name: a.id for a in context.casework.accounts()}["lan"]
    assert row.actor == account


def test_where_no_crawler_runs_it_says_so(
    signed_in: SignedIn, clock: ManualClock
) -> None:
    client = signed_in("lan")
    where = ask(client, link=LINK).headers["location"]
    clock.advance(seconds=30)
    page = client.get(where).text
    assert "Chưa có tiến trình thu thập nào" in page
    assert 'http-equiv="refresh"' in page
    clock.advance(seconds=600)
    assert 'http-equiv="refresh"' not in client.get(where).text


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Fetched(post="url:https://a.vn/1"), "Đã lấy trang"),
        (Fetched(post="url:https://a.vn/1", gone=True), "Trang không còn ở địa chỉ"),
        (Fetched(problem="no_post"), "không có bài đọc được trên trang"),
        (Fetched(problem="address_refused"), "địa chỉ không được phép"),
        (
            Fetched(problem="dns"),
            "không tìm thấy tên miền; vui lòng kiểm tra đường dẫn",
        ),
        (Fetched(problem="robots_unreachable"), "không tìm thấy tên miền, hoặc máy"),
        (Fetched(problem="connection"), "không kết nối được; vui lòng kiểm tra"),
        (Fetched(problem="http_502"), "máy chủ của nguồn trả mã 502"),
        (Fetched(problem="odd"), "lỗi khác"),
    ],
)
def test_what_became_of_it_is_said(
    signed_in: SignedIn, context: ConsoleContext, found: Fetched, said: str
) -> None:
    client = signed_in("lan")
    where = ask(client, link=LINK).headers["location"]
    with with_outcome(context, client, found) as other:
        page = other.get(where).text
    assert said in page
    assert ("url:https://a.vn/1" in page) == bool(found.post)
    assert 'http-equiv="refresh"' not in page


def test_a_frontier_out_of_reach_is_no_blank_page(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    client = signed_in("lan")
    where = ask(client, link=LINK).headers["location"]
    with with_outcome(context, client, RetryLaterError("away")) as other:
        answer = other.get(where)
    assert answer.status_code == 503
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://127.0.0.1/", "không được phép lấy"),
        ("http://10.0.0.8:8501/x", "không được phép lấy"),
        ("http://[::1]/", "không được phép lấy"),
        ("http://169.254.169.254/latest/", "không được phép lấy"),
        ("file:///etc/passwd", "Đường dẫn không hợp lệ"),
        ("javascript:alert(1)", "Đường dẫn không hợp lệ"),
    ],
)
def test_no_address_of_ours_is_asked(
    signed_in: SignedIn, context: ConsoleContext, link: str, said: str
) -> None:
    answer = ask(signed_in("lan"), link=link)
    assert answer.status_code == 422
    assert said in answer.text
    assert acts(context) == []


@pytest.mark.parametrize(
    "query", ["", "link=x", "link=x&since=hom-qua", "link=x&since=2026-11-23T07:00"]
)
def test_odd_addresses_of_the_page_lead_to_the_form(
    signed_in: SignedIn, query: str
) -> None:
    answer = signed_in("lan").get(f"/add/asked?{query}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/add")


def test_it_is_for_who_is_signed_in_and_shows_markup_as_text(
    visitor: TestClient, signed_in: SignedIn
) -> None:
    query = {"link": "<script>alert(1)</script>", "since": "2026-11-23T00:10:00+00:00"}
    assert visitor.get("/add/asked", params=query).status_code == 401
    page = signed_in("lan").get("/add/asked", params=query)
    assert "<script>alert" not in page.text


def test_who_may_not_add_posts_does_not_see_what_became_of_pages(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lan = signed_in("lan")
    where = ask(lan, link=LINK).headers["location"]
    heads = {**permissions.ALLOWED, Act.ADD_POST: frozenset({Role.LEADER})}
    monkeypatch.setattr(permissions, "ALLOWED", heads)
    refused = lan.get(where)
    assert refused.status_code == 403
    assert LINK not in refused.text
    assert "không được" in refused.text
    assert signed_in("hoa").get(where).status_code == 200


def test_with_a_note_it_is_a_post_without_text(signed_in: SignedIn) -> None:
    answer = ask(signed_in("lan"), link=LINK, note="Xem giúp")
    assert answer.status_code == 422
    assert "Vui lòng nhập nội dung" in answer.text

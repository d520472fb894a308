"""Adding a post: hashed, kept, noted, once, and never more than text and a picture."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from domain.errors import RetryLaterError
from domain.events import PostSeen
from domain.ids import PostId
from domain.labels import PostKind
from eventlog.codec import decode_event
from eventlog.port import LogTopic
from ui.context import ConsoleContext

from .conftest import SITE, guarded

SignedIn = Callable[[str], TestClient]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 4000


def add(client: TestClient, picture: Any = None, **fields: str) -> httpx.Response:
    token = client.headers["X-CSRF-Token"]
    files = {"picture": picture or ("", b"", "application/octet-stream")}
    return client.post("/add", data={"token": token} | fields, files=files)


def posts(context: ConsoleContext) -> list[PostSeen]:
    found = []
    for partition in context.log.ends(LogTopic.POSTS):
        for record in context.log.read(LogTopic.POSTS, partition, 0, 100):
            event = decode_event(record.value or b"")
            assert isinstance(event, PostSeen)
            found.append(event)
    return found


def acts(context: ConsoleContext) -> list[Any]:
    return [row for row in context.casework.audit() if row.act == "post.add"]


def test_the_form_is_for_who_is_signed_in(
    visitor: TestClient, signed_in: SignedIn
) -> None:
    assert visitor.get("/add").status_code == 401
    page = signed_in("lan").get("/add")
    assert "Thêm bài" in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_text_is_kept_and_noted(signed_in: SignedIn, context: ConsoleContext) -> None:
    answer = add(
        signed_in("lan"),
        text="Tin đồn vỡ đập",
        link="https://mang.example.vn/1?utm_source=x",
        where="Nhóm cư dân",
        seen="2026-11-23T06:30",
        kind="post",
    )
    assert answer.status_code == 200
    digest = hashlib.sha256("Tin đồn vỡ đập".encode()).hexdigest()
    assert digest in answer.text
    (event,) = posts(context)
    post = event.post
    assert post.kind is PostKind.POST
    assert post.text == "Tin đồn vỡ đập"
    assert post.outlet == "Nhóm cư dân"
    assert post.links == ("https://mang.example.vn/1",)
    assert str(post.published) == "2026-11-22 23:30:00+00:00"
    assert post.source == "console"
    (row,) = acts(context)
    assert row.subject == post.id
    assert row.detail["sha256"] == digest
    assert row.detail["evidence"] == post.evidence
    account = {a.name: a.id for a in context.casework.accounts()}["lan"]
    assert row.actor == account
    assert "Tin đồn" not in str(row)


def test_a_screenshot_is_hashed_and_kept_byte_for_byte(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    picture = ("../../<b>ảnh</b>.exe", PNG, "text/html")
    answer = add(signed_in("lan"), picture, note="Chụp lúc 6 giờ", kind="report")
    digest = hashlib.sha256(PNG).hexdigest()
    assert digest in answer.text
    assert "<b>" not in answer.text
    (event,) = posts(context)
    assert event.post.text == "Chụp lúc 6 giờ"
    assert event.post.kind is PostKind.REPORT
    assert event.post.media == (f"sha256:{digest}",)
    assert event.post.evidence is not None
    assert context.evidence.get(event.post.evidence).body == PNG
    shown = signed_in("lan").get(f"/evidence/{event.post.evidence}")
    assert shown.headers["content-type"].startswith("text/plain")
    assert "sandbox" in shown.headers["content-security-policy"]


def test_the_same_again_says_so_and_brings_nothing(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    client = signed_in("lan")
    add(client, ("a.png", PNG, "image/png"), note="Một")
    again = add(client, ("b.png", PNG, "image/png"), note="Hai")
    assert "Bài này đã có" in again.text
    add(client, text="x")
    assert "Bài này đã có" in add(signed_in("minh"), text="x").text
    assert len(posts(context)) == 2
    assert [row.detail["known"] for row in acts(context)] == [False, True, False, True]


def test_a_link_that_is_known_names_its_post(
    context: ConsoleContext, signed_in: SignedIn
) -> None:
    assert context.intake is not None
    door = replace(context.intake, known_at=lambda _: PostId("url:https://a.vn/1"))
    client = signed_in("lan")
    with TestClient(
        guarded(replace(context, intake=door)),
        base_url=SITE,
        headers=client.headers,
        cookies=client.cookies,
    ) as other:
        answer = add(other, text="x", link="https://a.vn/1")
    assert "Bài này đã có" in answer.text
    assert "url:https://a.vn/1" in answer.text
    assert posts(context) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Vui lòng nhập nội dung"),
        ({"note": "chỉ ghi chú"}, "Vui lòng nhập nội dung"),
        ({"text": "x", "link": "javascript:alert(1)"}, "Đường dẫn không hợp lệ"),
        ({"text": "x", "seen": "hôm qua"}, "Thời điểm không hợp lệ"),
        ({"text": "x", "seen": "2099-01-01T00:00"}, "không thể ở tương lai"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    signed_in: SignedIn, context: ConsoleContext, fields: dict[str, str], said: str
) -> None:
    answer = add(signed_in("lan"), where="Nhóm X", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Nhóm X" in answer.text
    assert posts(context) == []


@pytest.mark.parametrize(
    "body", [b"<svg onload='alert(1)'/>", b"%PDF-1.7", b"PK\x03\x04", b"<html>"]
)
def test_only_pictures_are_taken(
    signed_in: SignedIn, context: ConsoleContext, body: bytes
) -> None:
    answer = add(signed_in("lan"), ("a.png", body, "image/png"), note="x")
    assert answer.status_code == 422
    assert "không phải là ảnh" in answer.text
    assert posts(context) == []


def test_a_picture_without_a_word_asks_for_a_note(signed_in: SignedIn) -> None:
    answer = add(signed_in("lan"), ("a.png", PNG, "image/png"))
    assert "viết một ghi chú" in answer.text


def test_a_large_file_is_not_read(signed_in: SignedIn, context: ConsoleContext) -> None:
    huge = b"\x89PNG\r\n\x1a\n" + b"0" * 5_300_000
    answer = add(signed_in("lan"), ("a.png", huge, "image/png"), note="x")
    assert answer.status_code == 413
    assert "Tệp quá lớn" in answer.text
    assert posts(context) == []


def test_a_form_of_another_page_is_refused(
    signed_in: SignedIn, context: ConsoleContext
) -> None:
    client = signed_in("lan")
    token = client.headers.pop("X-CSRF-Token")
    answer = client.post("/add", files={"text": (None, "x"), "token": (None, "sai")})
    assert answer.status_code == 400
    answer = client.post(
        "/add",
        files={"text": (None, "x"), "token": (None, token)},
        headers={"origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert posts(context) == []


def test_markup_in_what_was_typed_comes_back_as_text(signed_in: SignedIn) -> None:
    bad = '"><script>alert(1)</script>'
    answer = add(signed_in("lan"), text=bad, where=bad, seen="x")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_while_the_log_is_away_nothing_is_noted(
    context: ConsoleContext, signed_in: SignedIn
) -> None:
    assert context.intake is not None

    def away(_reports: object) -> None:
        raise RetryLaterError("The log is away.")

    door = replace(context.intake, take=away)  # type: ignore[arg-type]
    client = signed_in("lan")
    with TestClient(
        guarded(replace(context, intake=door)),
        base_url=SITE,
        headers=client.headers,
        cookies=client.cookies,
    ) as other:
        answer = add(other, text="không được mất")
    assert answer.status_code == 503
    assert "không được mất" in answer.text
    assert acts(context) == []

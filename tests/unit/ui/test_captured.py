"""Pictures of posts: only pictures, only of reports, in a sandbox, after sign-in."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256

import httpx
import pytest
from starlette.testclient import TestClient

from domain.ids import Digest
from e2e.console_world import drawn
from evidence.port import Capture
from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]
PNG = drawn("x")
JPEG = b"\xff\xd8\xff\xc0\0\x0b\x08\0\x09\0\x09" + b"0" * 200
BOMB = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff" + b"0" * 200
GIF = b"GIF89a" + b"0" * 200
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


def kept(
    context: ConsoleContext,
    body: bytes,
    media_type: str,
    url: str = "https://intake.invalid/hien-truong/1",
) -> Digest:
    capture = Capture(
        url=url,
        fetched=context.clock.now(),
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", media_type),),
        body=body,
    )
    return context.evidence.put(capture)


def get(client: TestClient, digest: str, body: bytes) -> httpx.Response:
    return client.get(f"/pictures/{digest}/{sha256(body).hexdigest()}")


def item(*files: bytes) -> bytes:
    named = [
        {"name": "<b>anh</b>.html", "data": base64.b64encode(f).decode()} for f in files
    ]
    return json.dumps({"id": "PA-1", "text": "x", "attachments": named}).encode()


def mail(body: bytes) -> bytes:
    coded = base64.encodebytes(body)
    return (
        b"Subject: x\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n'
        b'--b\nContent-Type: text/html; name="a.html"\n'
        b'Content-Disposition: attachment; filename="a.html"\n'
        b"Content-Transfer-Encoding: base64\n\n" + coded + b"--b--\n"
    )


@pytest.mark.parametrize(
    ("original", "media_type", "picture", "kind"),
    [
        (PNG, "image/png", PNG, "image/png"),
        (JPEG, "image/svg+xml", b"", ""),
        (item(PNG, JPEG), "application/json", JPEG, "image/jpeg"),
        (mail(PNG), "message/rfc822", PNG, "image/png"),
    ],
)
def test_a_reports_picture_is_had_by_its_hash(
    context: ConsoleContext,
    lan: TestClient,
    original: bytes,
    media_type: str,
    picture: bytes,
    kind: str,
) -> None:
    digest = kept(context, original, media_type)
    picture, kind = picture or original, kind or "image/jpeg"
    answer = get(lan, digest, picture)
    assert answer.status_code == 200
    assert answer.content == picture
    headers = answer.headers
    assert headers["content-type"] == kind
    ending = kind.removeprefix("image/")
    name = f"{sha256(picture).hexdigest()[:16]}.{ending}"
    assert headers["content-disposition"] == f'inline; filename="{name}"'
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("original", "media_type", "asked"),
    [
        (SVG, "image/svg+xml", SVG),
        (GIF, "image/gif", GIF),
        (BOMB, "image/png", BOMB),
        (item(PNG, BOMB), "application/json", BOMB),
        (b"%PDF-1.7", "application/pdf", b"%PDF-1.7"),
        (item(GIF), "application/json", GIF),
        (item(PNG), "application/json", JPEG),
        (b"[" * 9_000, "application/json", PNG),
        (b"{}", "application/json", PNG),
        (PNG, "text/html", PNG),
        (mail(SVG), "message/rfc822", SVG),
        (b"\xff\xfe", "message/rfc822", PNG),
    ],
)
def test_nothing_else_is_handed_out(
    context: ConsoleContext,
    lan: TestClient,
    original: bytes,
    media_type: str,
    asked: bytes,
) -> None:
    answer = get(lan, kept(context, original, media_type), asked)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_a_site_sent_is_not_taken_apart(
    context: ConsoleContext, lan: TestClient
) -> None:
    for url in ("https://bao.vn/anh.png", "https://intake.invalid.vn/1"):
        assert get(lan, kept(context, PNG, "image/png", url), PNG).status_code == 404


@pytest.mark.parametrize("path", ["sha256:0/page", "x/y", f"sha256:{'0' * 64}/page"])
def test_what_is_not_there_is_a_404(lan: TestClient, path: str) -> None:
    assert lan.get(f"/pictures/{path}").status_code == 404


def test_a_page_without_a_picture_has_none(
    context: ConsoleContext, lan: TestClient
) -> None:
    digest = kept(context, b"<p>x", "text/html", "https://bao.vn/1")
    assert lan.get(f"/pictures/{digest}/page").status_code == 404


def test_it_is_for_who_is_signed_in(
    context: ConsoleContext, visitor: TestClient
) -> None:
    digest = kept(context, PNG, "image/png")
    assert get(visitor, digest, PNG).status_code == 401


def test_the_desk_asks_what_there_is(context: ConsoleContext, lan: TestClient) -> None:
    def of(post: str) -> list[dict[str, object]]:
        answer = lan.get("/api/pictures", params={"id": post})
        assert answer.status_code == 200
        found: list[dict[str, object]] = answer.json()["pictures"]
        return found

    (report,) = of("test:pictured")
    assert report["page"] is False
    assert lan.get(str(report["address"])).content == drawn("PA-7")
    (page,) = of("test:paged")
    assert page["page"] is True
    assert lan.get(str(page["address"])).content == drawn("trang")
    assert of("test:hostile") == []
    assert lan.get("/api/pictures", params={"id": "no"}).status_code == 404


def test_reading_a_capture_is_an_act_in_the_log(
    context: ConsoleContext, lan: TestClient
) -> None:
    digest = kept(context, b"Nguyen Van A, 0900 000 111", "text/plain")
    assert lan.get(f"/evidence/{digest}").status_code == 200
    last = context.casework.audit(limit=1000)[-1]
    assert (last.act, last.subject) == ("evidence.read", digest)
    assert lan.get("/evidence/" + "0" * 64).status_code == 404
    assert context.casework.audit(limit=1000)[-1].id == last.id


def test_a_capture_that_is_gone_is_said(lan: TestClient) -> None:
    answer = lan.get("/api/pictures", params={"id": "test:rewritten"})
    assert answer.status_code == 404

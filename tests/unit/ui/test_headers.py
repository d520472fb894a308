"""What every answer tells browsers, at every address of ours that the table knows."""

import re
from collections.abc import Iterator, Mapping

from httpx import Response
from starlette.testclient import TestClient

from domain.labels import Role
from ui.guard import HEADERS

from .test_route_table import Door, allowed, over_http

PASSWORD_FIELD = re.compile(r"<input[^>]*(?:password|first|second|present)[^>]*>")
STREAMLITS = ("/_stcore", "/static", "/component", "/media", "/auth", "/oauth2")
LASTING = ("/assets/", "/healthz", "/language", *STREAMLITS)
"""What shows nobody's data."""


def answers(
    of_role: Mapping[Role, TestClient], visitor: TestClient
) -> Iterator[tuple[str, Response]]:
    """Yield method and address with the answers to who may, and to a stranger."""
    for method, path, need in over_http():
        body = None if method == "GET" else {}
        yield f"stranger {method} {path}", visitor.request(method, path, json=body)
        if need not in {Door.SIGNED, Door.NOBODY}:
            client = of_role[next(role for role in Role if allowed(role, need))]
            yield f"{method} {path}", client.request(method, path, json=body)


def test_every_answer_says_what_it_is_and_what_is_allowed(
    of_role: Mapping[Role, TestClient], visitor: TestClient
) -> None:
    for asked, answer in answers(of_role, visitor):
        _has_the_policy(asked, answer)
        assert "access-control-allow-origin" not in answer.headers, asked
        if answer.content:
            kind = answer.headers["content-type"]
            assert kind.startswith("application/") or "charset=utf-8" in kind, asked
        stands_in = answer.text == "page"  # for Streamlit's, which hold no data
        shows = answer.status_code == 200 and not stands_in
        if shows and not asked.split(" ")[-1].startswith(LASTING):
            assert answer.headers["cache-control"] == "no-store", asked


def _has_the_policy(asked: str, answer: Response) -> None:
    for name, value in HEADERS.items():
        if name != "Content-Security-Policy":
            assert answer.headers[name] == value, asked
    policy = answer.headers["Content-Security-Policy"]
    assert re.match("default-src '(self|none)'", policy), asked
    if "sandbox" not in policy:
        for part in ("object-src", "base-uri", "frame-ancestors"):
            assert f"{part} 'none'" in policy, asked


def test_password_fields_are_for_password_managers(
    visitor: TestClient, of_role: Mapping[Role, TestClient]
) -> None:
    own = of_role[Role.ANALYST]
    pages = [visitor.get("/sign-in"), own.get("/password"), own.get("/account/tokens")]
    for page in pages:
        fields = PASSWORD_FIELD.findall(page.text)
        assert fields, page.url
        for field in fields:
            assert 'type="password"' in field
            assert "autocomplete=" in field
            assert 'autocomplete="off"' not in field
        assert "onpaste" not in page.text


def test_odd_methods_get_no_answer(of_role: Mapping[Role, TestClient]) -> None:
    for method in ("TRACE", "TRACK", "CONNECT", "PATCH"):
        for path in ("/", "/account", "/api/queue", "/sign-in", "/evidence/sha256:0"):
            status = of_role[Role.LEADER].request(method, path).status_code
            assert status in {403, 405}, (method, path, status)

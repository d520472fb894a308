"""Who may take the log along, what is in it, and that it is noted."""

import json
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from e2e.console_world import PEOPLE
from ui.context import ConsoleContext
from ui.shell import pages_of

SignedIn = Callable[[str], TestClient]
EXPORT = "/audit/export"


@pytest.fixture
def thanh(signed_in: SignedIn) -> TestClient:
    return signed_in("thanh")


def test_the_export_holds_what_the_filter_shows(
    context: ConsoleContext, thanh: TestClient
) -> None:
    asked = {"kind": "jsonl", "act": "account.create"}
    answer = thanh.get(EXPORT, params=asked)
    assert answer.status_code == 200
    stated, *rows = [json.loads(line) for line in answer.text.splitlines()]
    assert len(rows) == stated["export"]["rows"] == len(PEOPLE)
    assert {row["act"] for row in rows} == {"account.create"}
    assert f"-{len(PEOPLE)}.jsonl" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    last = context.casework.audit(limit=1000)[-1]
    assert (last.act, last.subject) == ("audit.export", "jsonl")
    assert last.detail["filter"] == {"acts": ["account.create"]}
    assert last.detail["rows"] == len(PEOPLE)


def test_a_sheet_keeps_vietnamese(thanh: TestClient) -> None:
    answer = thanh.get(EXPORT, params={"kind": "csv"})
    assert answer.content.startswith("\ufeffid,at".encode())


@pytest.mark.parametrize(
    ("asked", "status"),
    [({"kind": "exe"}, 404), ({}, 404), ({"kind": "csv", "since": "x"}, 422)],
)
def test_what_cannot_be_given_is_not_noted(
    context: ConsoleContext, thanh: TestClient, asked: dict[str, str], status: int
) -> None:
    before = context.casework.audit_head()
    assert thanh.get(EXPORT, params=asked).status_code == status
    assert context.casework.audit_head() == before


def test_a_page_elsewhere_cannot_have_it_noted(
    context: ConsoleContext, thanh: TestClient
) -> None:
    before = context.casework.audit_head()
    heads = {"Sec-Fetch-Site": "cross-site"}
    answer = thanh.get(EXPORT, params={"kind": "csv"}, headers=heads)
    assert answer.status_code == 403
    assert context.casework.audit_head() == before


@pytest.mark.parametrize("name", sorted(set(PEOPLE) - {"thanh"}))
def test_nobody_else_takes_it_along(
    context: ConsoleContext, signed_in: SignedIn, name: str
) -> None:
    reader = signed_in(name)
    before = context.casework.audit_head()
    assert reader.get(EXPORT, params={"kind": "csv"}).status_code == 403
    assert context.casework.audit_head() == before


def test_a_stranger_is_sent_away(visitor: TestClient) -> None:
    assert visitor.get(EXPORT, params={"kind": "csv"}).status_code == 401


def test_an_auditor_reads_and_sees_nothing_in_the_clear(
    context: ConsoleContext, thanh: TestClient
) -> None:
    asked = {"queue": "harmful"}
    assert thanh.get("/api/queue", params=asked).status_code == 200
    body = {"post_id": "test:hostile"}
    assert thanh.post("/api/reveal", json=body).status_code == 403
    digest = next(iter(context.evidence.digests()))
    assert thanh.get(f"/evidence/{digest}").status_code == 403
    acts = [row.act for row in context.casework.audit(limit=1000)]
    assert "evidence.read" not in acts


def test_each_role_has_its_pages() -> None:
    pages = {name: list(pages_of(role)) for name, (_, role) in PEOPLE.items()}
    assert "audit" not in pages["lan"]
    for name in ("admin", "hoa", "thanh"):
        assert pages[name][-2:] == ["audit", "settings"]

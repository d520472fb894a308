"""Who may do what with cases: the pages are held to the table that the docs show."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from casework.case_model import CaseEventKind
from domain.labels import Role
from e2e.console_world import PASSWORD
from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]
OfRole = Callable[[Role], TestClient]
NUMBER, OTHER = "2026-000001", "2026-000002"
PDF = b"%PDF-1.7\nmot hai ba"
DOCS = Path(__file__).resolve().parents[3] / "docs" / "accounts.md"
REFUSED = 403

READ = {
    "/cases": "read_cases",
    f"/case?number={NUMBER}": "read_cases",
    "/case/new": "work_cases",
    "/case/file?id=1": "read_personal",
}
FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "new": ("work_cases", {"title": "Mới", "kind": "harm"}),
    "add": ("work_cases", {"post": "test:wave-1"}),
    "edit": ("work_cases", {"title": "Một", "kind": "harm"}),
    "task": ("work_cases", {"text": "Gọi xã"}),
    "task-done": ("work_cases", {"task": "1"}),
    "clock": ("work_cases", {"rule": "answer-press-head"}),
    "wait": ("work_cases", {"clock": "1", "waiting": "xã"}),
    "met": ("work_cases", {"clock": "1"}),
    "withdraw": ("work_cases", {"clock": "1", "reason": "nhầm"}),
    "note": ("work_cases", {"note": "Đã gọi"}),
    "attach": ("work_cases", {}),
    "post-remove": ("work_cases", {"link": "1"}),
    "merge": ("settle_cases", {"into": OTHER}),
    "part": ("settle_cases", {"part": OTHER}),
    "move": ("work_cases", {"status": "working"}),
}


BACK = {"number": NUMBER, "post": "test:wave-0"}
"""Puts back the post that somebody's form took from the case."""


def table() -> Mapping[str, set[str]]:
    """Read out of the docs which roles may do an act."""
    text = DOCS.read_text(encoding="utf-8")
    head = next(re.finditer(r"^\| act \| \|(.*)\|$", text, re.MULTILINE)).group(1)
    roles = [name.strip() for name in head.split("|")]
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \|(.*)\|$", text, re.MULTILINE)
    return {
        act: {
            role
            for role, said in zip(roles, cells.split("|"), strict=True)
            if said.strip() == "yes"
        }
        for act, cells in rows
    }


def send(client: TestClient, act: str, **fields: str):
    fields = {
        "token": client.headers["X-CSRF-Token"],
        "number": NUMBER,
        "revision": "1",
    } | fields
    files = {"file": ("a.pdf", PDF)} if act == "attach" else None
    return client.post(f"/case/{act}", data=fields, files=files)


@pytest.fixture
def hoa(signed_in: SignedIn) -> TestClient:
    """A leader, with two cases."""
    client = signed_in("hoa")
    for title in ("Một", "Hai"):
        send(client, "new", title=title, kind="harm", owner="", post="test:wave-0")
    assert send(client, "attach").status_code == 303
    return client


@pytest.fixture
def of_role(
    context: ConsoleContext, signed_in: SignedIn
) -> Callable[[Role], TestClient]:
    """Makes browsers of people of one role."""

    def make(role: Role) -> TestClient:
        context.casework.create_account(
            "cli", name=f"mot-{role}", display=role.value, role=role,
            password=PASSWORD, must_change=False,
        )  # fmt: skip
        return signed_in(f"mot-{role}")

    return make


def test_every_address_asks_for_what_the_docs_say(
    hoa: TestClient, of_role: OfRole
) -> None:
    assert hoa.get(f"/case?number={NUMBER}").status_code == 200
    allowed = table()
    # Who may do least comes first: the others change what there is.
    for role in sorted(
        Role, key=lambda one: sum(one in who for who in allowed.values())
    ):
        client = of_role(role)
        for address, act in READ.items():
            wanted = 200 if role in allowed[act] else REFUSED
            assert client.get(address).status_code == wanted, (role, address)
        told = client.get("/api/post?id=test:wave-0").json().get("cases")
        assert bool(told) == (role in allowed["read_cases"]), role
        for name, (act, fields) in FORMS.items():
            answer = send(client, name, **fields)
            assert (answer.status_code != REFUSED) == (role in allowed[act]), name
        hoa.post("/case/add", data=BACK | {"token": hoa.headers["X-CSRF-Token"]})


def test_who_may_not_settle_or_work_sees_no_such_button(
    hoa: TestClient, of_role: OfRole
) -> None:
    send(hoa, "merge", number=OTHER, into=NUMBER)
    whole = hoa.get(f"/case?number={NUMBER}").text
    assert 'value="closed"' in whole
    assert ">Tách ra</button>" in whole
    for role in (Role.ANALYST, Role.DRAFTER, Role.AUDITOR):
        page = of_role(role).get(f"/case?number={NUMBER}").text
        assert 'value="closed"' not in page
        assert ">Tách ra</button>" not in page
        assert ('action="/case/note"' in page) == (role is not Role.AUDITOR)
        assert ("/case/file?id=" in page) == (role is not Role.AUDITOR)


def test_each_act_leaves_an_audit_row_with_its_number(
    hoa: TestClient, context: ConsoleContext
) -> None:
    steps: list[tuple[str, dict[str, str]]] = [
        ("edit", {"title": "Tên mới", "kind": "press"}),
        ("task", {"text": "Gọi xã"}),
        ("task-done", {"task": "1"}),
        ("clock", {"rule": "answer-press-head", "trigger": "2026-11-20T16:00"}),
        ("wait", {"clock": "1", "waiting": "xã", "revision": "2"}),
        ("met", {"clock": "1", "when": "2026-11-21T16:00"}),
        ("clock", {"rule": "answer-press-head", "trigger": "2026-11-20T16:00"}),
        ("withdraw", {"clock": "2", "reason": "nhầm"}),
        ("note", {"note": "Đã gọi"}),
        ("add", {"post": "test:wave-1"}),
        ("post-remove", {"link": "1"}),
        ("merge", {"number": OTHER, "into": NUMBER}),
        ("part", {"part": OTHER, "revision": "6"}),
        ("move", {"status": "closed", "reason": "xong", "revision": "7"}),
    ]
    for act, fields in steps:
        answer = send(hoa, act, **fields)
        assert answer.status_code == 303, (act, answer.text)
    audit = [r for r in context.casework.audit(limit=1000) if r.act.startswith("case.")]
    assert {row.act for row in audit} == {f"case.{kind}" for kind in CaseEventKind}
    assert {row.subject for row in audit} == {NUMBER, OTHER}
    assert {row.actor for row in audit} == {
        a.id for a in context.casework.accounts() if a.name == "hoa"
    }
    # Rows hold numbers and hashes, never what was typed.
    assert "Đã gọi" not in repr(audit)
    assert context.casework.verify_audit().sound

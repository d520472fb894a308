"""A refused form of a case comes back open, with all that was typed or chosen."""

from collections.abc import Callable, Mapping

import pytest
from lxml import html
from starlette.testclient import TestClient

from ui.context import ConsoleContext

SignedIn = Callable[[str], TestClient]
NUMBER = "2026-000001"
LONG = "x" * 301
TYPED = 'Cầu "treo" <b>Nậm Pồ</b> & 100%'


@pytest.fixture
def lan(signed_in: SignedIn) -> TestClient:
    return signed_in("lan")


@pytest.fixture
def minh(context: ConsoleContext) -> str:
    """The id of somebody who is not chosen by itself."""
    return next(a.id for a in context.casework.accounts() if a.name == "minh")


def send(client: TestClient, act: str, **fields: str):
    fields = {"token": client.headers["X-CSRF-Token"], "number": NUMBER} | fields
    return client.post(f"/case/{act}", data=fields)


def case_with_clocks(client: TestClient) -> None:
    send(client, "new", title="Một", kind="harm", owner="")
    for _ in range(2):
        begun = {"rule": "answer-forwarded-opinion", "trigger": "2026-11-20T16:00"}
        assert send(client, "clock", **begun).status_code == 303


def drawn(text: str, act: str, **row: str) -> Mapping[str, str]:
    """Return what the fields of a form hold, and whether what folds it is open."""
    page = html.fromstring(text)
    for form in page.xpath(f"//form[@action='/case/{act}']"):
        found = dict(form.form_values())
        if all(found.get(name) == value for name, value in row.items()):
            folded = form.xpath("ancestor::details[not(@open)]")
            return found | {"folded": "yes" if folded else "no"}
    raise AssertionError(f"no form {act} {row}")


def test_a_new_case_keeps_title_kind_and_owner(lan: TestClient, minh: str) -> None:
    typed = {"title": LONG, "kind": "press", "owner": minh, "post": "test:wave-0"}
    answer = send(lan, "new", **typed)
    assert answer.status_code == 422
    assert typed.items() <= drawn(answer.text, "new").items()
    nobody = send(lan, "new", **typed | {"owner": "", "kind": "rumour"})
    assert drawn(nobody.text, "new")["kind"] == "rumour"
    assert drawn(nobody.text, "new")["owner"] == ""


def test_a_post_that_vanished_takes_nothing_typed_along(
    lan: TestClient, minh: str
) -> None:
    typed = {"title": TYPED, "kind": "press", "owner": minh}
    answer = send(lan, "new", post="test:gone", **typed)
    assert answer.status_code == 404
    assert "không kèm bài" in answer.text
    found = drawn(answer.text, "new")
    assert typed.items() <= found.items()
    assert found["post"] == ""


def test_an_edit_keeps_all_and_takes_the_new_revision(
    lan: TestClient, minh: str
) -> None:
    case_with_clocks(lan)
    send(lan, "edit", revision="1", title="Hai", kind="harm", owner="")
    late = {"title": TYPED, "kind": "rumour", "owner": minh}
    answer = send(lan, "edit", revision="1", **late)
    assert answer.status_code == 409
    found = drawn(answer.text, "edit")
    assert late.items() <= found.items()
    assert (found["revision"], found["folded"]) == ("2", "no")
    emptied = send(lan, "edit", revision="2", title="", kind="press", owner="")
    assert drawn(emptied.text, "edit")["title"] == ""
    assert drawn(emptied.text, "edit")["kind"] == "press"


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("move", {"reason": TYPED, "status": "settled"}),
        ("task", {"text": LONG, "due": "2026-12-01T08:00"}),
        ("clock", {"rule": "answer-press-head", "trigger": "2027-01-01T08:00"}),
        ("note", {"note": TYPED, "token": "old"}),
        ("merge", {"into": "2026-000009"}),
    ],
)
def test_each_form_keeps_what_was_typed(
    signed_in: SignedIn, minh: str, act: str, typed: Mapping[str, str]
) -> None:
    hoa = signed_in("hoa")
    case_with_clocks(hoa)
    typed = dict(typed) | ({"who": minh} if act == "task" else {})
    answer = send(hoa, act, **{"revision": "1"} | typed)
    assert answer.status_code >= 400
    found = drawn(answer.text, act)
    for name in typed.keys() - {"status", "token"}:
        assert found[name] == typed[name]
    assert found["folded"] == "no"


@pytest.mark.parametrize(
    ("act", "name", "value"),
    [
        ("met", "when", "2026-11-19T08:00"),
        ("wait", "waiting", TYPED),
        ("withdraw", "reason", LONG),
    ],
)
def test_of_several_clocks_the_right_one_keeps_it(
    lan: TestClient, act: str, name: str, value: str
) -> None:
    case_with_clocks(lan)
    answer = send(lan, act, clock="2", revision="9", **{name: value})
    assert answer.status_code >= 400
    assert drawn(answer.text, act, clock="2")[name] == value
    assert drawn(answer.text, act, clock="2")["folded"] == "no"
    assert drawn(answer.text, act, clock="1").get(name, "") == ""
    assert drawn(answer.text, act, clock="1")["folded"] == "yes"


def test_what_was_accepted_is_not_drawn_again(lan: TestClient) -> None:
    case_with_clocks(lan)
    send(lan, "note", note="một lần")
    page = lan.get(f"/case?number={NUMBER}").text
    assert drawn(page, "note")["note"] == ""
    assert page.count("một lần") == 1

"""Pages drawn with what strangers wrote: no element, address or label is theirs."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from domain.clock import ManualClock
from domain.labels import Role
from e2e.console_world import NOW, PASSWORD, world
from e2e.hostile_world import ATTEMPTS, MARK, SOURCE, with_strangers_words
from ui import context as installed
from ui import markup
from ui.context import ConsoleContext
from ui.page import PAGES
from ui.view_models import safe_url
from ui.wording import wording

TAGS = {
    "a", "b", "bdi", "br", "code", "details", "div", "h1", "h2", "h3", "i", "li",
    "mark", "p", "pre", "span", "style", "summary", "table", "tbody", "td", "th",
    "thead", "tr", "ul",
}  # fmt: skip
"""All that views of ours draw; `style` is the console's own sheet."""

ATTRIBUTES = {
    "aria-hidden", "aria-label", "class", "href", "rel", "role", "scope", "style",
    "tabindex", "target", "title",
}  # fmt: skip
OURS = re.compile(r"(?:/(?!/).*|https?://.*|data:,)?", re.DOTALL)
TEMPLATE_TAGS = TAGS | {
    "body", "button", "footer", "form", "head", "header", "html", "input", "label",
    "link", "main", "meta", "nav", "ol", "option", "s", "script", "section", "select",
    "small", "textarea", "title",
}  # fmt: skip
LINKS = {"href", "src", "action", "formaction"}

DRAWN = """
from ui.context import current
from ui.page import PageContext
from ui.shell import pages_of
from ui.reading import Reading
from ui.wording import wording

context = current()
(account,) = [one for one in context.casework.accounts() if one.name == "{who}"]
reading = Reading(
    profile=context.profile, words=wording("{language}"), now=context.clock.now()
)
page = PageContext(context=context, account=account, token="", reading=reading)
pages_of(account.role)["{name}"][1](page)
"""


class Elements(HTMLParser):
    """Collects elements and attributes as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def foreign(html: str, tags: set[str]) -> list[str]:
    """Return what of a page was not drawn by us."""
    found = []
    for tag, attributes in Elements(html).found:
        found += [] if tag in tags else [f"<{tag}>"]
        for name, value in attributes.items():
            if name.startswith("on") or name == "srcdoc":
                found.append(f"{tag} {name}")
            theirs = tag == "script" and not value.startswith("/assets/")
            if name in LINKS and (theirs or not OURS.fullmatch(value)):
                found.append(f"{name}={value[:80]}")
            if tags is TAGS and name not in ATTRIBUTES:
                found.append(f"{tag} {name}")
    return found


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleContext]:
    folder = tmp_path_factory.mktemp("hostile")
    made = with_strangers_words(world(folder, ManualClock(NOW)))
    before = list(installed._installed)
    installed.install(made)
    yield made
    installed._installed[:] = before


def drawn(name: str, language: str = "vi", who: str = "hoa", **query: str) -> AppTest:
    script = DRAWN.format(name=name, language=language, who=who)
    app = AppTest.from_string(script, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def labels(app: AppTest) -> Iterator[str]:
    """Yield what Streamlit reads as Markdown: labels, options, helps."""
    for kind in ("button", "text_input", "selectbox", "checkbox", "button_group"):
        for one in app.get(kind):
            proto = one.proto
            for name in ("label", "help"):
                yield str(getattr(proto, name, ""))
            if kind == "button_group":
                for option in proto.options:
                    yield option.content


PARTS = [
    ("", {}),
    ("search", {"q": MARK}),
    ("map", {}),
    ("sources", {}),
    ("sources", {"source": f"{SOURCE}-1"}),
    ("models", {}),
    ("drift", {}),
    ("audit", {}),
    ("settings", {}),
]


def test_all_pages_are_tried() -> None:
    assert {name for name, _ in PARTS} | {"desk"} == set(PAGES)


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(("name", "query"), PARTS)
def test_no_page_draws_what_a_stranger_wrote(name: str, query: dict[str, str]) -> None:
    app = drawn(name, **query)
    bodies = [one.proto.body for one in app.get("html")]
    # The map lists posts of a commune once it is clicked: `test_hostile_browser.py`.
    assert name == "map" or MARK in "".join(bodies)
    for body in bodies:
        assert foreign(body, TAGS) == []


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize(("name", "query"), PARTS)
def test_labels_are_no_markdown(name: str, query: dict[str, str]) -> None:
    found = list(labels(drawn(name, "en", **query)))
    assert name != "search" or sum(MARK in label for label in found) > len(ATTEMPTS)
    for label in found:
        assert not is_live(label), label[:200]


LIVE = re.compile(r"(?<!\\)(?:!?\[[^\]]*(?<!\\)\]\(|[`<$])|\b(?:https?:|www\.)\w")


def is_live(label: str) -> bool:
    """Tell whether an attempt stands in a label as Markdown."""
    return MARK in label and LIVE.search(label) is not None


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_every_little_drawing_escapes(attempt: str) -> None:
    drawings = (
        markup.table([attempt], [[attempt, attempt]]),
        markup.item(attempt, attempt, attempt),
        markup.problem(attempt),
        markup.empty(attempt, attempt),
        markup.facts([attempt, attempt]),
    )
    for drawing in drawings:
        assert foreign(drawing, TAGS) == []
    assert foreign(markup.link("/desk", attempt), TAGS) == []
    assert safe_url(f"javascript:{attempt}") == ""
    plain = markup.literal(attempt)
    assert not is_live(plain)
    undone = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain.replace("\u2060", ""))
    assert undone == " ".join(attempt.split())


def test_gaps_in_values_are_not_filled() -> None:
    said = wording("vi")("app.signed_in", name="{role} {0} %s {{x}}", role="r{name}")
    assert "{role} {0} %s {{x}}" in said
    assert "r{name}" in said


SignIn = Callable[[ConsoleContext, str], TestClient]


@pytest.mark.parametrize("path", ["/cases", "/case", "/case/new", "/accounts"])
def test_no_template_draws_what_a_stranger_wrote(
    hostile: ConsoleContext, sign_in_to: SignIn, path: str
) -> None:
    client = sign_in_to(hostile, "admin" if path == "/accounts" else "hoa")
    query = {"number": "2026-000002", "post": "xau:1", "q": ATTEMPTS[3]}
    if path == "/cases":
        query = {}
    text = client.get(path, params=query).text
    assert MARK in text
    assert foreign(text, TEMPLATE_TAGS) == []


def test_the_desk_is_handed_text(hostile: ConsoleContext, sign_in_to: SignIn) -> None:
    client = sign_in_to(hostile, "hoa")
    for at in range(len(ATTEMPTS)):
        view = client.get("/api/post", params={"id": f"xau:{at}"})
        assert view.headers["content-type"] == "application/json"
        assert view.json()["url"] in {"", f"http://a.vn/\"'><b>{MARK}"}
        assert view.json()["source"] == ATTEMPTS[at][:300]


def test_names_turn_nothing_round(hostile: ConsoleContext) -> None:
    """A name on one line bears no letter that turns what stands beside it."""
    turning = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    for account in hostile.casework.accounts():
        assert not turning.search(account.display)
    created = hostile.casework.create_account(
        "cli", name="lat", display="\u202eLan\u2066", role=Role.PRESS, password=PASSWORD
    )
    assert created.display == "Lan"

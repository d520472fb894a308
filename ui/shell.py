"""What every page has around it: navigation, account, the bars that tell the truth."""

from collections.abc import Callable
from datetime import timedelta
from html import escape
from importlib.resources import files

import streamlit as st

from casework.permissions import Act, may
from domain.errors import MinhTinError
from domain.labels import Role
from eventlog.port import LogTopic
from ui.context import ConsoleContext, current
from ui.guard import cookie_name
from ui.page import PageContext
from ui.problems import problem_of
from ui.reading import Reading
from ui.views import (
    audit_view,
    desk_view,
    drift_view,
    map_view,
    models_view,
    overview_view,
    search_view,
    settings_view,
    sources_view,
)
from ui.wording import Wording, wording

Show = Callable[[PageContext], None]

LATE = timedelta(minutes=10)
"""How old the oldest unread event may be before a bar says so on every page."""


def run() -> None:
    """Draw one visit: check the session, then the chosen page."""
    context = current()
    words = wording(st.context.cookies.get("minhtin_language", ""))
    st.set_page_config(
        page_title=words("app.name"), layout="wide", initial_sidebar_state="collapsed"
    )
    _style()
    if context.sample:
        _bar("sample", words("sample.bar"))
    token = st.context.cookies.get(
        cookie_name(secure=context.settings_view.behind_tls), ""
    )
    try:
        session = context.casework.session(token) if token else None
        if session is None:
            _signed_out(words)
            return
        reading = Reading(profile=context.profile, words=words, now=context.clock.now())
        page = PageContext(
            context=context, account=session.account, token=token, reading=reading
        )
        _navigate(page)
    except MinhTinError as error:
        _problem(error, words, context.settings_view.contact)


def _navigate(page: PageContext) -> None:
    words = page.words
    pages = [
        st.Page(
            _guarded(page, show),
            title=words(f"app.{name}"),
            url_path=path or "overview",
            default=not path,
        )
        for path, (name, show) in pages_of(page.account.role).items()
    ]
    chosen = st.navigation(pages, position="top")
    _who(page)
    _lag_bar(page)
    chosen.run()


def pages_of(role: Role) -> dict[str, tuple[str, Show]]:
    """Return path → name and page of what a role comes for; `""` is the first page."""
    first = audit_view.overview if role is Role.AUDITOR else overview_view.show
    shows: dict[str, tuple[str, Show]] = {
        "": ("overview", first),
        "desk": ("queues", desk_view.show),
        "search": ("search", search_view.show),
        "map": ("map", map_view.show),
        "sources": ("sources", sources_view.show),
        "models": ("models", models_view.show),
        "drift": ("drift", drift_view.show),
        "audit": ("audit", audit_view.show),
        "settings": ("settings", settings_view.show),
    }
    if not may(role, Act.READ_AUDIT):
        del shows["audit"]
    return shows


def _guarded(
    page: PageContext, show: Callable[[PageContext], None]
) -> Callable[[], None]:
    def draw() -> None:
        try:
            show(page)
        except Exception as error:  # noqa: BLE001 - a page never shows a traceback
            _problem(error, page.words, page.context.settings_view.contact)

    return draw


def _style() -> None:
    css = files("ui").joinpath("static", "console.css").read_text(encoding="utf-8")
    st.html(f"<style>{css}</style>")


def _bar(kind: str, text: str) -> None:
    st.html(f'<div class="mt-{kind}" role="status">{escape(text)}</div>')


def _who(page: PageContext) -> None:
    words = page.words
    role = words(f"role.{page.account.role}")
    name = escape(words("app.signed_in", name=page.account.display, role=role))
    add = ""
    if may(page.account.role, Act.ADD_POST):
        add = f'<a href="/add" target="_self">{escape(words("add.title"))}</a> '
    if may(page.account.role, Act.READ_CASES):
        add += f'<a href="/cases" target="_self">{escape(words("case.list"))}</a> '
    if may(page.account.role, Act.READ_REQUESTS):
        said = escape(words("request.title"))
        add += f'<a href="/requests" target="_self">{said}</a> '
    st.html(
        f'<div class="mt-who"><span>{name}</span> {add}'
        f'<a href="/account" target="_self">{escape(words("account.title"))}</a> '
        f'<a href="/sign-out" target="_self">{escape(words("app.sign_out"))}</a></div>'
    )


def _signed_out(words: Wording) -> None:
    st.html(
        f'<div class="mt-problem"><p>{escape(words("app.signed_out"))}</p>'
        f'<p><a href="/sign-in" target="_self">{escape(words("app.sign_in_again"))}'
        "</a></p></div>"
    )


def _problem(error: Exception, words: Wording, contact: str) -> None:
    problem = problem_of(error, words)
    lines = [
        problem.message,
        problem.hint,
        words("problem.number", number=problem.number),
    ]
    if contact:
        lines.append(words("problem.contact", contact=contact))
    text = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    title = escape(words("problem.title"))
    st.html(f'<div class="mt-problem" role="alert"><h2>{title}</h2>{text}</div>')
    st.button(words("problem.reload"))


def _lag_bar(page: PageContext) -> None:
    """Say on every page when analysis is more than ten minutes behind collection."""
    try:
        late = lateness(page.context)
    except MinhTinError:
        _bar("lag", page.words("app.lag_unknown"))
        return
    if late is not None:
        behind, minutes = late
        _bar(
            "lag",
            page.words("app.lag", count=page.words.number(behind), minutes=minutes),
        )


def lateness(context: ConsoleContext) -> tuple[int, int] | None:
    """Return how many events wait and for how many minutes the oldest has.

    None while nothing has waited longer than `LATE`.
    """
    lags = context.log.lag(context.settings_view.worker_group, [LogTopic.POSTS])
    waiting = [lag for lag in lags if lag.behind]
    oldest = None
    for lag in waiting:
        first = context.log.read(lag.topic, lag.partition, lag.committed, 1)
        if first and (oldest is None or first[0].timestamp < oldest):
            oldest = first[0].timestamp
    if oldest is None or context.clock.now() - oldest < LATE:
        return None
    minutes = int((context.clock.now() - oldest).total_seconds() // 60)
    return sum(lag.behind for lag in waiting), minutes

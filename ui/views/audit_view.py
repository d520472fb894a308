"""Audit: who did what, whether the log is whole, and the log to take along."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from html import escape
from urllib.parse import parse_qsl

import streamlit as st

from casework.model import Account, AuditFilter
from casework.permissions import Act, may
from domain.errors import QuarantineError
from ui import audit_lines, markup
from ui.audit_lines import PAGE, Asked, Line
from ui.page import PageContext

COLUMNS = ("row", "at", "who", "act", "subject", "detail", "digest")


def overview(page: PageContext) -> None:
    """Draw what an auditor comes for first: whether the log is whole."""
    _standing(page)
    st.html(f"<p>{markup.link('/audit', page.words('audit.open'))}</p>")


def show(page: PageContext) -> None:
    """Draw how the log stands, the filter, and a page of rows, newest first."""
    words = page.words
    if not may(page.account.role, Act.READ_AUDIT):
        st.html(markup.problem(words("audit.forbidden")))
        return
    accounts = page.context.casework.accounts()
    _standing(page)
    asked = _asked(page, accounts)
    try:
        wanted = audit_lines.filter_of(asked, accounts, page.context.profile.timezone)
    except QuarantineError as error:
        st.html(markup.problem(str(error)))
        return
    _rows(page, asked, wanted, accounts)
    _check(page)


def _standing(page: PageContext) -> None:
    standing = audit_lines.standing_of(
        page.context.casework.audit_standing(), page.reading
    )
    kind = "class='mt-lag' role='status'" if standing.bad else "class='mt-quiet'"
    st.html(
        f"<h1>{escape(standing.title)}</h1>"
        f"<div {kind}>{escape(standing.verified)} {escape(standing.anchored)}</div>"
    )


def _asked(page: PageContext, accounts: Sequence[Account]) -> Asked:
    """Draw the filter; what is chosen goes into the address at once."""
    words = page.words
    before = audit_lines.asked_of(st.query_params)
    _begin(before)
    columns = st.columns([2, 2, 3, 4, 4], gap="small")
    for column, name in zip(columns, ("since", "until"), strict=False):
        column.date_input(
            words(f"audit.{name}"), None, key=f"audit_{name}", format="DD/MM/YYYY"
        )
    with columns[2]:
        _choice(page, "person", words("audit.who"), audit_lines.people(accounts, words))
    with columns[3]:
        _choice(page, "act", words("audit.act"), audit_lines.acts(words))
    columns[4].text_input(
        words("audit.subject"), key="audit_subject", help=words("audit.subject_note")
    )
    asked = Asked(**{name: _text(name) for name in asdict(before)})
    if asked != before:
        st.session_state["audit_before"] = None
        st.query_params.from_dict(dict(parse_qsl(asked.query)))
    return asked


def _begin(asked: Asked) -> None:
    """Fill the boxes from the address, when the page is opened.

    Later they keep their own state: a box that is drawn anew loses the keyboard.
    """
    days = {"since", "until"}
    for name, text in asdict(asked).items():
        value = _date(text) if name in days else text
        st.session_state.setdefault(f"audit_{name}", value)


def _text(name: str) -> str:
    value = st.session_state[f"audit_{name}"]
    if isinstance(value, date):
        return value.isoformat()
    return (value or "").strip()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _choice(page: PageContext, name: str, label: str, known: Mapping[str, str]) -> None:
    """Draw a box of all that is known; typing in it finds."""
    present = st.session_state[f"audit_{name}"]
    values = list(dict.fromkeys(["", *known, present]))
    named = {"": page.words("audit.all"), **known}
    st.selectbox(
        label,
        values,
        key=f"audit_{name}",
        format_func=lambda value: named.get(value, value),
    )


def _rows(
    page: PageContext, asked: Asked, wanted: AuditFilter, accounts: Sequence[Account]
) -> None:
    words, casework = page.words, page.context.casework
    count = casework.audit_count(wanted, reader=page.account)
    if not count:
        st.html(markup.empty(words("audit.none"), words("audit.none_hint")))
        return
    before = st.session_state.get("audit_before")
    found = casework.audit_found(wanted, before=before, limit=PAGE, reader=page.account)
    title = words("audit.found", count=words.number(count))
    heads = [words(f"audit.{name}") for name in COLUMNS]
    drawn = audit_lines.lines(found, accounts, page.reading)
    st.html(f"<h2>{escape(title)}</h2>")
    if may(page.account.role, Act.EXPORT_AUDIT):
        _exports(page, asked, count)
    st.html(
        "<div class='mt-scroll mt-tall' tabindex='0' role='region' "
        f"aria-label='{escape(title)}'>{_table(heads, drawn)}</div>"
    )
    _pages(page, found[-1].id if len(found) == PAGE else None, before)


def _table(heads: Sequence[str], drawn: Sequence[Line]) -> str:
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    body = "".join(
        f"<tr><th scope='row'>{line.id}</th><td>{escape(line.at)}</td>"
        f"<td>{escape(line.who)}</td>"
        f"<td>{escape(line.act)}<span class='why'>{escape(line.code)}</span></td>"
        f"<td>{escape(line.subject)}</td>"
        f"<td><span class='why'>{escape(line.detail)}</span></td>"
        f"<td><code>{escape(line.digest)}</code></td></tr>"
        for line in drawn
    )
    return (
        "<table class='mt-table mt-audit'>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _pages(page: PageContext, last: int | None, before: int | None) -> None:
    first, older, _ = st.columns([1, 1, 4])
    if before and first.button(page.words("audit.first")):
        st.session_state["audit_before"] = None
        st.rerun()
    if last is not None and older.button(page.words("audit.older")):
        st.session_state["audit_before"] = last
        st.rerun()


def _exports(page: PageContext, asked: Asked, count: int) -> None:
    words = page.words
    said = words("audit.export", count=words.number(count))
    links = " · ".join(
        markup.link(f"/audit/export?kind={kind}&{asked.query}", words(f"audit.{kind}"))
        for kind in ("jsonl", "csv")
    )
    st.html(f"<p>{escape(said)}: {links}</p>")


def _check(page: PageContext) -> None:
    words = page.words
    if not st.button(words("audit.check")):
        return
    check = page.context.casework.verify_audit()
    key = "audit.check_sound" if check.sound else "audit.check_broken"
    said = words(key, rows=words.number(check.rows), row=check.first_bad)
    if check.fault is not None:
        said += " " + words(f"audit.fault_{check.fault}")
    st.html(f"<p role='status'>{escape(said)}</p>")

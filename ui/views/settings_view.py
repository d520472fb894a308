"""Settings: health, versions, language, and the ways to one's account."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from casework.model import Setting
from casework.permissions import Act, may
from ui import markup, setting_lines
from ui.context import HealthRow, HealthState
from ui.page import PageContext
from ui.wording import LANGUAGES, Wording

SETTINGS_SHOWN = 50
SOURCE = "source."


def show(page: PageContext) -> None:
    """Draw health first."""
    left, right = st.columns([3, 2], gap="small")
    with left:
        _health(page)
        _versioned(page)
    with right:
        _mine(page)
        _versions(page)


def _health(page: PageContext) -> None:
    words = page.words
    rows = page.context.health()
    st.html(
        f"<h1>{escape(words('settings.health'))}: {escape(_said(rows, words))}</h1>"
    )
    columns = ("state", "what", "todo", "part")
    cells = [
        [
            words(f"settings.state_{row.state}"),
            *map(words.told, (row.sentence, row.hint)),
            row.name,
        ]
        for row in rows
    ]
    st.html(markup.table([words(f"settings.{name}") for name in columns], cells))


def _said(rows: Sequence[HealthRow], words: Wording) -> str:
    bad = [row for row in rows if row.state in {HealthState.WARN, HealthState.BAD}]
    if not rows:
        return words("settings.health_none")
    if bad:
        return words("settings.health_bad", count=len(bad))
    return words("settings.health_good")


def _mine(page: PageContext) -> None:
    words = page.words
    st.html(f"<h2>{escape(words('settings.account'))}</h2>")
    languages = " · ".join(
        f"<b>{escape(name)}</b>"
        if code == words.language
        else markup.link(f"/language?to={code}&back=/settings", name)
        for code, name in LANGUAGES.items()
    )
    st.html(
        f"<p>{escape(page.account.display)} ({escape(page.account.name)})</p>"
        f"<p>{escape(words('settings.language'))}: {languages}</p>"
        f"<p>{markup.link('/account', words('account.title'))}</p>"
    )
    if may(page.account.role, Act.MANAGE_ACCOUNTS):
        st.html(f"<p>{markup.link('/accounts', words('accounts.title'))}</p>")


def _versions(page: PageContext) -> None:
    words = page.words
    st.html(f"<h2>{escape(words('settings.versions'))}</h2>")
    heads = [words("settings.key"), words("settings.version")]
    known = words.section("settings")
    rows = [
        [known.get(f"version_{name}", name), version]
        for name, version in page.context.versions.items()
    ]
    st.html(markup.table(heads, rows))
    with st.expander(words("settings.values")):
        heads = [words("settings.key"), words("settings.value")]
        st.html(markup.table(heads, page.context.settings_view.rows))
        st.html(f"<p class='mt-quiet'>{escape(words('settings.values_note'))}</p>")


def _versioned(page: PageContext) -> None:
    words = page.words
    with st.expander(words("settings.versioned")):
        kept = page.context.casework.settings()[:SETTINGS_SHOWN]
        if not kept:
            st.html(f"<p>{escape(words('settings.versioned_none'))}</p>")
            return
        people = {a.id: a.display for a in page.context.casework.accounts()}
        lines = [_setting(page, setting, people) for setting in kept]
        st.html(f"<ul class='mt-list mt-settings'>{''.join(lines)}</ul>")


def _setting(page: PageContext, setting: Setting, people: Mapping[str, str]) -> str:
    """Draw one setting: what changed, and the whole version behind a disclosure."""
    casework, source = page.context.casework, None
    before: Setting | None = None
    if setting.key.startswith(SOURCE):
        desk = page.context.source_desk
        source = next(iter(desk.versions(setting.key.removeprefix(SOURCE))), None)
    elif setting.by not in setting_lines.MACHINES and setting.version > 1:
        before = casework.setting_history(setting.key)[1]
    line = setting_lines.line(setting, before, page.reading, people, source)
    # What jobs write of themselves is a state, not a change that somebody made.
    said = "" if setting.by == "jobs" else "".join(_paragraph(c) for c in line.changes)
    return (
        f"<li><b>{escape(line.name)}</b><span class='meta'>{escape(line.meta)}</span>"
        f"{said}<details><summary>{escape(page.words('settings.whole'))}</summary>"
        f"<pre>{escape(line.whole)}</pre></details></li>"
    )


def _paragraph(text: str) -> str:
    return f"<div>{escape(text)}</div>"

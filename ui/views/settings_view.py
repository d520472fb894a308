"""Settings: health, versions, language, and accounts for administrators."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from casework.model import Account, Setting
from casework.permissions import Act, may
from domain.errors import MinhTinError
from domain.labels import Role
from ui import markup, setting_lines
from ui.context import HealthRow, HealthState
from ui.page import PageContext
from ui.wording import LANGUAGES, Wording

SETTINGS_SHOWN = 50
SOURCE = "source."
ROLES = tuple(Role)


def show(page: PageContext) -> None:
    """Draw health first; who may not manage accounts sees none of them."""
    left, right = st.columns([3, 2], gap="small")
    with left:
        _health(page)
        _versioned(page)
    with right:
        _mine(page)
        _versions(page)
    if may(page.account.role, Act.READ_AUDIT):
        _audit(page)
    if may(page.account.role, Act.MANAGE_ACCOUNTS):
        _accounts(page)


def _health(page: PageContext) -> None:
    words = page.words
    rows = page.context.health()
    st.html(
        f"<h1>{escape(words('settings.health'))}: {escape(_said(rows, words))}</h1>"
    )
    columns = ("state", "what", "todo", "part")
    cells = [
        [words(f"settings.state_{row.state}"), row.sentence, row.hint, row.name]
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
        f"<p>{markup.link('/password', words('settings.password'))}</p>"
    )
    if st.button(words("settings.everywhere")):
        count = page.context.casework.sign_out_everywhere(page.account)
        st.html(
            f"<p>{escape(words('settings.everywhere_done', count=count))} "
            f"{markup.link('/sign-in', words('app.sign_in_again'))}</p>"
        )


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


def _audit(page: PageContext) -> None:
    words = page.words
    with st.expander(words("settings.audit")):
        if not st.button(words("settings.audit_check")):
            return
        check = page.context.casework.verify_audit()
        key = "settings.audit_sound" if check.sound else "settings.audit_broken"
        said = words(key, rows=words.number(check.rows), row=check.first_bad)
        st.html(f"<p>{escape(said)}</p>")


def _accounts(page: PageContext) -> None:
    words = page.words
    accounts = page.context.casework.accounts()
    st.html(
        f"<h2>{escape(words('settings.accounts'))}</h2>"
        f"<p class='mt-quiet'>{escape(words('settings.accounts_note'))}</p>"
    )
    columns = ("name", "display", "role", "active")
    rows = [
        [
            account.name,
            account.display,
            words(f"role.{account.role}"),
            words("settings.yes" if account.active else "settings.no"),
        ]
        for account in accounts
    ]
    st.html(markup.table([words(f"settings.{name}") for name in columns], rows))
    left, right = st.columns(2, gap="small")
    with left:
        _create(page)
    with right:
        _change(page, list(accounts))


def _create(page: PageContext) -> None:
    words = page.words
    with st.form("new_account"):
        st.html(f"<h3>{escape(words('settings.new_account'))}</h3>")
        name = st.text_input(words("settings.name"), max_chars=64)
        display = st.text_input(words("settings.display"), max_chars=120)
        role = st.selectbox(
            words("settings.role"), ROLES, format_func=lambda r: words(f"role.{r}")
        )
        password = st.text_input(
            words("settings.password_first"),
            type="password",
            help=words("settings.password_note"),
            autocomplete="new-password",
        )
        if not st.form_submit_button(words("settings.create")):
            return
    try:
        page.context.casework.create_account(
            page.account.id, name=name, display=display, role=role, password=password
        )
    except MinhTinError as error:
        st.html(f"<div class='mt-problem' role='alert'>{escape(str(error))}</div>")
        return
    st.toast(words("settings.created", name=name))
    st.rerun()


def _change(page: PageContext, accounts: list[Account]) -> None:
    words = page.words
    with st.form("change_account"):
        st.html(f"<h3>{escape(words('settings.change'))}</h3>")
        account = st.selectbox(
            words("settings.pick"), accounts, format_func=lambda a: a.name
        )
        role = st.selectbox(
            words("settings.role"),
            ROLES,
            index=ROLES.index(account.role),
            format_func=lambda r: words(f"role.{r}"),
            key=f"role_{account.name}",
        )
        active = st.checkbox(
            words("settings.active"), value=account.active, key=f"on_{account.name}"
        )
        if not st.form_submit_button(words("settings.save")):
            return
    casework = page.context.casework
    try:
        if role is not account.role:
            casework.set_role(page.account.id, account.name, role)
        if active != account.active:
            casework.set_active(page.account.id, account.name, active)
    except MinhTinError as error:
        st.html(f"<div class='mt-problem' role='alert'>{escape(str(error))}</div>")
        return
    st.toast(words("settings.changed", name=account.name))
    st.rerun()

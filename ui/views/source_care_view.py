"""Looking after a source: pause, edit with a trial, earlier versions and undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from casework.permissions import Act, may
from domain.errors import MinhTinError
from domain.profile import SourceSpec
from ui import markup, shown
from ui.context import SourceTrial
from ui.page import PageContext
from wiring.source_edits import EDITABLE, FieldChange, changes, draft_of
from wiring.source_edits import shown as as_text

LONG = frozenset({"selectors", "api", "sitemap", "page", "columns", "note"})
SIDE_BY_SIDE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change that was tried and waits to be put into force."""

    spec: SourceSpec
    version: int
    trial: SourceTrial


def care(page: PageContext, spec: SourceSpec) -> None:
    """Draw what may be done to a source, as far as the account may."""
    if not may(page.account.role, Act.PAUSE_SOURCE):
        st.html(f"<p class='mt-quiet'>{escape(page.words('source.not_allowed'))}</p>")
        return
    seen = _seen(page, spec)
    if seen is None:
        return
    present, version = seen
    _pause(page, present, version)
    if may(page.account.role, Act.EDIT_SOURCE):
        _edit(page, present, version)
    else:
        st.html(f"<p class='mt-quiet'>{escape(page.words('source.edit_admin'))}</p>")


def _seen(page: PageContext, spec: SourceSpec) -> tuple[SourceSpec, int] | None:
    """Return the source in the version that this page showed first.

    When somebody changed it meanwhile, what was typed was meant for another source:
    that is said, and nothing is offered until the page is drawn anew.
    """
    present, version = page.context.source_desk.present(spec.id)
    key = f"seen_{spec.id}"
    if st.session_state.setdefault(key, version) == version:
        return present, version
    st.html(markup.problem(page.words("source.changed")))
    if st.button(page.words("problem.reload")):
        st.session_state[key] = version
        st.session_state.pop(f"draft_{spec.id}", None)
        st.rerun()
    return None


def _pause(page: PageContext, spec: SourceSpec, version: int) -> None:
    words, desk = page.words, page.context.source_desk
    act = "pause" if spec.enabled else "resume"
    with st.form(f"pause_{spec.id}"):
        left, right = st.columns([4, 1], vertical_alignment="bottom", gap="small")
        reason = left.text_input(words("source.reason"), key=f"why_{act}_{spec.id}")
        if not right.form_submit_button(words(f"source.{act}")):
            return
    run = desk.pause if spec.enabled else desk.resume
    _do(
        page,
        spec,
        lambda: run(page.account, spec.id, reason, version),
        f"source.{act}_done",
    )


def _do(
    page: PageContext, spec: SourceSpec, act: Callable[[], object], said: str
) -> None:
    """Act, say so, and draw the page anew; a refusal is said in its place."""
    try:
        act()
    except MinhTinError as error:
        st.html(markup.problem(str(error)))
        return
    for key in (f"seen_{spec.id}", f"draft_{spec.id}"):
        st.session_state.pop(key, None)
    st.toast(page.words(said))
    st.rerun()


def _edit(page: PageContext, present: SourceSpec, version: int) -> None:
    words, key = page.words, f"draft_{present.id}"
    st.html(f"<h2>{escape(words('source.edit'))}</h2>")
    with st.form(f"edit_{present.id}"):
        texts = _inputs(page, present, version)
        st.html(f"<p class='mt-quiet'>{escape(words('source.try_note'))}</p>")
        tried = st.form_submit_button(words("source.try"))
    if tried:
        st.session_state.pop(key, None)
        _try(page, present, texts, version)
    draft = st.session_state.get(key)
    if isinstance(draft, Draft):
        _preview(page, present, draft)


def _inputs(page: PageContext, spec: SourceSpec, version: int) -> dict[str, str]:
    words = page.words
    columns = st.columns(SIDE_BY_SIDE, gap="small")
    texts = {}
    for at, name in enumerate(EDITABLE):
        place, label = columns[at % SIDE_BY_SIDE], words(f"source.f_{name}")
        key, text = f"{name}_{spec.id}_{version}", as_text(spec, name)
        if isinstance(getattr(spec, name), bool):
            on = place.checkbox(label, value=text == "true", key=key)
            texts[name] = "true" if on else "false"
        elif name in LONG:
            texts[name] = place.text_area(label, text, key=key, height=68)
        else:
            texts[name] = place.text_input(label, text, key=key)
    return texts


def _try(
    page: PageContext, present: SourceSpec, texts: dict[str, str], version: int
) -> None:
    words = page.words
    changed = {n: t for n, t in texts.items() if t != as_text(present, n)}
    try:
        spec = draft_of(present, changed)
        with st.spinner(words("source.trying")):
            trial = page.context.try_source(spec)
    except MinhTinError as error:
        st.html(markup.problem(str(error)))
        return
    draft = Draft(spec=spec, version=version, trial=trial)
    st.session_state[f"draft_{present.id}"] = draft


def _preview(page: PageContext, present: SourceSpec, draft: Draft) -> None:
    words = page.words
    st.html(f"<h2>{escape(words('source.preview'))}</h2>")
    left, right = st.columns([2, 3], gap="small")
    found = changes(present, draft.spec)
    if found:
        left.html(_changes(page, found))
    else:
        left.html(f"<p>{escape(words('source.no_change'))}</p>")
    right.html(_trial(page, draft.trial))
    if not found:
        return
    with st.form(f"save_{present.id}"):
        place, button = st.columns([4, 1], vertical_alignment="bottom", gap="small")
        reason = place.text_input(words("source.reason"), key=f"why_save_{present.id}")
        if not button.form_submit_button(words("source.save"), type="primary"):
            return
    desk = page.context.source_desk
    _do(
        page,
        present,
        lambda: desk.edit(page.account, draft.spec, reason, draft.version),
        "source.saved",
    )


def _changes(page: PageContext, found: Sequence[FieldChange]) -> str:
    words = page.words
    heads = [words(f"source.{name}") for name in ("field", "old", "new")]
    names = words.section("source")
    rows = [
        [names.get(f"f_{c.field}", c.field), c.old or "–", c.new or "–"] for c in found
    ]
    return markup.table(heads, rows)


def _trial(page: PageContext, trial: SourceTrial) -> str:
    words, reading = page.words, page.reading
    said = words(
        "source.trial_good" if trial.sound else "source.trial_bad",
        pages=shown.number(trial.pages),
    )
    faults = ", ".join(f"{code}: {n}" for code, n in trial.errors.items())
    pages = shown.number(trial.pages)
    parts = " · ".join(
        f"{words(f'source.part_{part}')} {shown.number(count)}/{pages}"
        for part, count in trial.parts.items()
    )
    rows = "".join(
        markup.item(
            post.title or "–",
            reading.moment(post.published),
            words("source.letters", count=shown.number(post.letters)),
        )
        for post in trial.posts
    )
    lines = [said, parts, faults, trial.message]
    text = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f"{text}<ul class='mt-list'>{rows}</ul>" if rows else text


def versions(page: PageContext, spec: SourceSpec) -> None:
    """Draw what was changed, by whom and why; undo makes a new version."""
    words, desk = page.words, page.context.source_desk
    kept = desk.versions(spec.id)
    if not kept:
        st.html(markup.empty(words("source.unchanged"), words("source.unchanged_hint")))
        return
    names = words.section("source")
    people = {a.id: a.display for a in page.context.casework.accounts()}
    rows = [
        [
            shown.number(v.version),
            page.reading.moment(v.at),
            people.get(v.by, v.by),
            words(f"source.was_{v.change}"),
            v.reason,
            "; ".join(
                f"{names.get(f'f_{c.field}', c.field)}: {c.old or '–'} → {c.new or '–'}"
                for c in v.fields
            ),
        ]
        for v in kept
    ]
    heads = ("version", "at", "by", "change", "reason", "fields_changed")
    st.html(markup.table([words(f"source.{name}") for name in heads], rows))
    if may(page.account.role, Act.EDIT_SOURCE):
        _undo(page, spec, kept[0].version)


def _undo(page: PageContext, spec: SourceSpec, version: int) -> None:
    words, desk = page.words, page.context.source_desk
    with st.form(f"undo_{spec.id}"):
        left, right = st.columns([4, 1], vertical_alignment="bottom", gap="small")
        reason = left.text_input(words("source.reason"), key=f"why_undo_{spec.id}")
        pressed = right.form_submit_button(words("source.undo", version=version))
    if pressed:
        _do(
            page,
            spec,
            lambda: desk.undo(page.account, spec.id, reason, version),
            "source.undone",
        )

"""Looking after a source: pause, edit with a trial, earlier versions and undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from casework.permissions import Act, may
from domain.errors import ConflictError, MinhTinError
from domain.profile import SourceSpec
from ui import markup, source_lines
from ui.context import SourceTrial
from ui.page import PageContext
from ui.setting_lines import field_line
from wiring.source_edits import FieldChange, changes, draft_of, fields_of, flaws_of
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
    except ConflictError:
        st.html(markup.problem(page.words("source.changed")))
        return
    except MinhTinError as error:
        st.html(markup.problem(str(error)))
        return
    st.session_state.pop(f"seen_{spec.id}", None)
    st.toast(page.words(said))
    st.rerun()


def _edit(page: PageContext, present: SourceSpec, version: int) -> None:
    words = page.words
    st.html(f"<h2>{escape(words('source.edit'))}</h2>")
    with st.form(f"edit_{present.id}"):
        texts = _inputs(page, present, version)
        st.html(f"<p class='mt-quiet'>{escape(words('source.try_note'))}</p>")
        # What is wrong is said above the button: below it nobody would see it.
        place = st.container()
        tried = st.form_submit_button(words("source.try"))
    if not tried:
        return
    with place:
        trial = _try(page, present, texts)
    if trial is not None:
        draft = Draft(spec=trial[0], version=version, trial=trial[1])
        show = st.dialog(words("source.preview"), width="large")(_preview)
        show(page, present, draft)


def _inputs(page: PageContext, spec: SourceSpec, version: int) -> dict[str, str]:
    words = page.words
    columns = st.columns(SIDE_BY_SIDE, gap="small")
    texts = {}
    for at, name in enumerate(fields_of(spec)):
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
    page: PageContext, present: SourceSpec, texts: dict[str, str]
) -> tuple[SourceSpec, SourceTrial] | None:
    """Visit the source as typed; what stands in the way is said, for all fields."""
    words = page.words
    changed = {n: t for n, t in texts.items() if t != as_text(present, n)}
    if wrong := flaws_of(present, changed):
        st.html(markup.problem(" ".join(source_lines.flaws(wrong, words))))
        return None
    try:
        spec = draft_of(present, changed)
        with st.spinner(words("source.trying")):
            return spec, page.context.try_source(spec)
    except MinhTinError as error:
        st.html(markup.problem(str(error)))
        return None


def _preview(page: PageContext, present: SourceSpec, draft: Draft) -> None:
    """Draw the trial, what would change, and how it is saved."""
    words = page.words
    found = changes(present, draft.spec)
    st.html("".join(map(_paragraph, source_lines.trial(draft.trial, words))))
    if found:
        st.html(_changes(page, found))
        _save(page, present, draft)
    else:
        st.html(_paragraph(words("source.no_change")))
    st.html(_posts(page, draft.trial))


def _save(page: PageContext, present: SourceSpec, draft: Draft) -> None:
    words, desk = page.words, page.context.source_desk
    with st.form(f"save_{present.id}"):
        place, button = st.columns([3, 1], vertical_alignment="bottom", gap="small")
        reason = place.text_input(words("source.reason"), key=f"why_save_{present.id}")
        if not button.form_submit_button(words("source.save"), type="primary"):
            return
    _do(
        page,
        present,
        lambda: desk.edit(page.account, draft.spec, reason, draft.version),
        "source.saved",
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _changes(page: PageContext, found: Sequence[FieldChange]) -> str:
    words = page.words
    heads = [words(f"source.{name}") for name in ("field", "old", "new")]
    names = words.section("source")
    rows = [
        [names.get(f"f_{c.field}", c.field), c.old or "–", c.new or "–"] for c in found
    ]
    return markup.table(heads, rows)


def _posts(page: PageContext, trial: SourceTrial) -> str:
    words, reading = page.words, page.reading
    rows = "".join(
        markup.item(
            post.title or "–",
            reading.moment(post.published),
            words("source.letters", count=words.number(post.letters)),
        )
        for post in trial.posts
    )
    return f"<ul class='mt-list'>{rows}</ul>" if rows else ""


def versions(page: PageContext, spec: SourceSpec) -> None:
    """Draw what was changed, by whom and why; undo makes a new version."""
    words, desk = page.words, page.context.source_desk
    kept = desk.versions(spec.id)
    if not kept:
        st.html(markup.empty(words("source.unchanged"), words("source.unchanged_hint")))
        return
    people = {a.id: a.display for a in page.context.casework.accounts()}
    rows = [
        [
            words.number(v.version),
            page.reading.moment(v.at),
            people.get(v.by, v.by),
            words(f"source.was_{v.change}"),
            v.reason,
            "; ".join(field_line(field, page.reading) for field in v.fields),
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

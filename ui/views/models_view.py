"""Models: can the flags be trusted today? Figures, the candidate, who chose what."""

from collections.abc import Callable
from html import escape

import streamlit as st

from casework.permissions import Act, may
from domain.errors import ConflictError, ForbiddenError, NotFoundError
from jobs.learning.agreement import agreement
from jobs.learning.overview import ModelOverview
from ui import markup
from ui.model_lines import (
    agreed,
    compared,
    confirmed,
    figure,
    made_of,
    named,
    recall_line,
    shadow_lines,
)
from ui.page import PageContext

HISTORY_SHOWN = 30


def show(page: PageContext) -> None:
    """Draw the live model left, the candidate right, the history below."""
    found = page.context.models.overview()
    st.html(f"<h1>{escape(_finding(page, found))}</h1>")
    left, right = st.columns([2, 3], gap="small")
    with left:
        _live(page, found)
    with right:
        _candidate(page, found)
    _agreement(page)
    _history(page, found)


def _finding(page: PageContext, found: ModelOverview) -> str:
    state = (
        "no_candidate"
        if not found.models.candidate
        else ("fit" if found.fit else "unfit")
    )
    return page.words(f"models.title_{state}", version=found.version)


def _live(page: PageContext, found: ModelOverview) -> None:
    words = page.words
    st.html(
        f"<h2>{escape(words('models.live'))}: {escape(found.version)}</h2>"
        f"<p>{escape(made_of(page.reading, found.training))}</p>"
    )
    st.html(f"<p>{escape(recall_line(page.reading, found.recall))}</p>")
    if found.measured:
        heads = [words(f"models.{n}") for n in ("part", "figure", "texts", "value")]
        rows = [
            [*named(page.reading, one), figure(words, one, one.figure)]
            for one in found.measured
        ]
        st.html(markup.table(heads, rows))
        st.html(f"<p class='mt-quiet'>{escape(words('models.intervals'))}</p>")
    else:
        st.html(f"<p class='mt-quiet'>{escape(words('models.unmeasured'))}</p>")
    if found.former and may(page.account.role, Act.CHOOSE_MODEL):
        desk = page.context.model_desk
        _choice(
            page,
            "roll_back",
            found.former,
            lambda why: desk.roll_back(page.account.id, why),
        )


def _candidate(page: PageContext, found: ModelOverview) -> None:
    words, tried = page.words, found.models.candidate
    if not tried:
        home = page.context.settings_view.home_option
        hint = words("models.none_hint", home=home)
        st.html(markup.empty(words("models.none"), hint))
        return
    st.html(
        f"<h2>{escape(words('models.candidate'))}: {escape(tried)}</h2>"
        f"<p>{escape(made_of(page.reading, found.candidate))}</p>"
    )
    if found.shadow is not None:
        lines = shadow_lines(page.reading, found.shadow)
        drawn = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(
            f"<h3>{escape(words('models.shadow'))}</h3>"
            f"<ul class='mt-shadow'>{drawn}</ul>"
        )
    if may(page.account.role, Act.CHOOSE_MODEL):
        _choices(page, found, tried)
    else:
        st.html(f"<p class='mt-quiet'>{escape(words('models.not_allowed'))}</p>")
    _comparison(page, found)


def _choices(page: PageContext, found: ModelOverview, tried: str) -> None:
    """Draw what may be done with the candidate, above the long table."""
    desk = page.context.model_desk
    if not found.fit:
        st.html(markup.problem(page.words("models.refused")))
    left, right = st.columns(2, gap="small")
    if found.fit:
        with left:
            _choice(
                page, "promote", tried, lambda why: desk.promote(page.account.id, why)
            )
    with right:
        _choice(page, "drop", tried, lambda why: desk.drop(page.account.id, why))


def _comparison(page: PageContext, found: ModelOverview) -> None:
    words = page.words
    if found.comparison is None:
        return
    columns = ("part", "figure", "texts", "value_live", "value_candidate", "state")
    heads = [words(f"models.{name}") for name in columns]
    figures = sorted(found.comparison.figures, key=lambda one: not one.worse)
    st.html(markup.table(heads, compared(page.reading, figures)))


def _choice(
    page: PageContext, act: str, version: str, do: Callable[[str], object]
) -> None:
    """Draw a button that opens what it would do; a second one does it, and is logged.

    The version stands in the keys: when somebody changes it meanwhile, a confirmation
    that was open for the former one is gone.
    """
    words = page.words
    with st.popover(words(f"models.{act}"), key=f"open_{act}_{version}"):
        st.html(f"<p>{escape(words(f'models.{act}_what', version=version))}</p>")
        why = st.text_input(words("models.why"), key=f"why_{act}_{version}")
        if not st.button(words(f"models.{act}_sure"), key=f"do_{act}_{version}"):
            return
        try:
            do(why)
        except ForbiddenError as error:
            st.html(markup.problem(str(error)))
            return
        except (ConflictError, NotFoundError):
            st.html(markup.problem(words("models.changed")))
            return
    st.toast(words(f"models.{act}_done", version=markup.literal(version)))
    st.rerun()


def _agreement(page: PageContext) -> None:
    """Draw how far reviewers agree; a model can hardly be better than its teachers."""
    found, words = agreement(page.context.casework.blind_pairs()), page.words
    st.html(f"<h2>{escape(words('models.agreement'))}</h2>")
    if found.kappas:
        heads = ("label", "pairs", "named", "kappa")
        rows = agreed(page.reading, found.kappas)
        st.html(markup.table([words(f"models.{name}") for name in heads], rows))
    st.html(f"<p class='mt-quiet'>{escape(confirmed(page.reading, found))}</p>")


def _history(page: PageContext, found: ModelOverview) -> None:
    words = page.words
    if not found.models.history:
        return
    st.html(f"<h2>{escape(words('models.history'))}</h2>")
    accounts = page.context.casework.accounts()
    people = {account.id: account.display for account in accounts}
    columns = ("at", "change", "version", "by", "reason")
    rows = [
        [
            page.reading.moment(entry.at),
            words(f"models.change_{entry.change}"),
            entry.version,
            people.get(entry.by, entry.by),
            entry.why,
        ]
        for entry in reversed(found.models.history[-HISTORY_SHOWN:])
    ]
    st.html(markup.table([words(f"models.{name}") for name in columns], rows))

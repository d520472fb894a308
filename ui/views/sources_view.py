"""Sources: whether we are blind anywhere."""

from html import escape

import streamlit as st

from ui import markup, shown
from ui.page import PageContext
from ui.source_states import SourceLine, SourceState, active, sick, source_line

RUNS_SHOWN = 15
ORDER = list(SourceState)


def show(page: PageContext) -> None:
    """Draw all sources, the sick ones first, and the visits of one."""
    words = page.words
    lines = [
        source_line(s, page.context.source_runs(s.id, 1), page.reading.now)
        for s in page.context.profile.sources
    ]
    if not lines:
        st.html(markup.empty(words("sources.none"), words("sources.none_hint")))
        return
    on = active(lines)
    bad = sick(lines)
    key = "sources.finding_bad" if bad else "sources.finding_fine"
    st.html(f"<h1>{escape(words(key, count=len(bad), all=len(on)))}</h1>")
    lines.sort(key=lambda line: (line not in bad, ORDER.index(line.state)))
    columns = ("name", "state", "last", "new", "revised", "errors", "every", "kind")
    heads = [words(f"sources.{name}") for name in columns]
    rows = [_row(page, line) for line in lines]
    st.html(f"<div class='mt-scroll'>{markup.table(heads, rows)}</div>")
    _visits(page, lines)


def _row(page: PageContext, line: SourceLine) -> list[str]:
    words, last = page.words, line.last
    errors = sum((last.errors or {}).values()) if last else 0
    return [
        line.spec.name,
        words(f"sources.{line.state}"),
        f"{page.reading.moment(last.started)} ({page.reading.since(last.started)})"
        if last
        else "–",
        shown.number(last.new) if last else "–",
        shown.number(last.revised) if last else "–",
        shown.number(errors) if last else "–",
        words("sources.minutes", count=line.spec.interval_minutes),
        words(f"sources.kind_{line.spec.kind}"),
    ]


def _visits(page: PageContext, lines: list[SourceLine]) -> None:
    words = page.words
    names = {line.spec.id: line.spec.name for line in lines}
    chosen = st.selectbox(
        words("sources.pick"), list(names), format_func=lambda source: names[source]
    )
    spec = next(line.spec for line in lines if line.spec.id == chosen)
    st.html(f"<p class='mt-quiet'>{markup.outside(spec.url, spec.url)}</p>")
    visits = page.context.source_runs(chosen, RUNS_SHOWN)
    columns = (
        "started",
        "requests",
        "new",
        "revised",
        "unchanged",
        "errors",
        "message",
    )
    rows = [
        [
            page.reading.moment(visit.started),
            shown.number(visit.requests),
            shown.number(visit.new),
            shown.number(visit.revised),
            shown.number(visit.unchanged),
            ", ".join(f"{name}: {n}" for name, n in (visit.errors or {}).items()),
            visit.message,
        ]
        for visit in visits
    ]
    if rows:
        st.html(markup.table([words(f"sources.{name}") for name in columns], rows))
    else:
        st.html(markup.empty(words("sources.never"), ""))

"""Sources: whether we are blind anywhere. The list; one source is in `source_view`."""

from html import escape

import streamlit as st

from jobs.source_health import SourceReport
from ui import markup, source_lines
from ui.page import PageContext, source_link
from ui.source_lines import SourceLine
from ui.views import source_view

COLUMNS = (
    "name",
    "state",
    "success",
    "today",
    "days",
    "lag",
    "fields",
    "errors",
    "next",
)


def show(page: PageContext) -> None:
    """Draw all sources, the sick ones first, or the one that the address names."""
    found = source_lines.lines(page.context.sources(), page.context.source_reports())
    chosen = st.query_params.get("source", "")
    line = next((line for line in found if line.spec.id == chosen), None)
    if line is not None:
        source_view.show(page, line)
    elif found:
        _list(page, found)
    else:
        words = page.words
        st.html(markup.empty(words("sources.none"), words("sources.none_hint")))


def _list(page: PageContext, found: list[SourceLine]) -> None:
    words = page.words
    legend = words("sources.legend")
    st.html(
        f"<h1>{escape(source_lines.finding(found, page.reading))}</h1>"
        f"<p class='mt-quiet'>{escape(legend)}</p>"
    )
    heads = "".join(
        f"<th scope='col' title='{escape(words(f'sources.{name}_note'))}'>"
        f"{escape(words(f'sources.{name}'))}</th>"
        for name in COLUMNS
    )
    rows = "".join(_row(page, line) for line in found)
    st.html(
        "<div class='mt-scroll mt-tall'><table class='mt-table mt-sources'>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(page: PageContext, line: SourceLine) -> str:
    mark, word, said = source_lines.state_of(line, page.reading)
    name = markup.link(source_link(line.spec.id), line.spec.name)
    kind = escape(source_lines.kind_of(line.spec, page.reading))
    state = (
        f"<b class='mt-state'><span aria-hidden='true'>{mark}</span> {escape(word)}</b>"
        f"<span class='why'>{escape(said)}</span>"
    )
    cells = _figures(page, line.report) if line.report else ["–"] * 7
    first = f"<td>{name}<span class='why'>{kind}</span></td><td>{state}</td>"
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr>{first}{rest}</tr>"


def _figures(page: PageContext, report: SourceReport) -> list[str]:
    facts, reading = report.facts, page.reading
    seen = facts.last_success
    return [
        "–" if seen is None else escape(reading.since(seen)),
        escape(source_lines.today_against_usual(facts, reading.words)),
        source_lines.sparkline(facts.days, reading),
        escape(source_lines.lag(facts.lag, reading)),
        escape(source_lines.shares(facts.recent, reading.words)),
        escape(source_lines.errors(facts.day, reading.words)),
        escape(source_lines.next_visit(facts.due, reading)),
    ]

"""Overview: what needs somebody now, then the picture of the last weeks."""

from datetime import date, datetime, time, timedelta
from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from casework.case_model import CaseFilter, CaseLine, DueSoon
from casework.permissions import Act, may
from domain.labels import Queue
from searchindex.port import Order, Search
from searchindex.query import DateRange
from ui import case_lines, daily, markup, shown, source_lines
from ui.daily import ALL, DayCount
from ui.page import PageContext, desk_link, search_link, source_link
from ui.source_lines import SourceLine
from ui.view_models import Row
from ui.worklist import Worklist

PERIODS = (14, 30, 90)
MOST_URGENT = 5
MOST_SICK = 3
MOST_DUE = 4
"""Due cases; more push the urgent posts off the first screen."""

RUNS_READ = 200
"""Visits read per source to know which days were watched: two hundred hourly ones."""


def show(page: PageContext) -> None:
    """Draw the overview."""
    if page.context.index.reader().count() == 0:
        words = page.words
        st.html(markup.empty(words("overview.empty"), words("overview.empty_hint")))
        _cases(page)
        _sources(page)
        return
    _numbers(page)
    left, right = st.columns([3, 2], gap="small")
    with left:
        _cases(page)
        _urgent(page)
    with right:
        _sources(page)
    _volume(page)


def _numbers(page: PageContext) -> None:
    words, reading = page.words, page.reading
    counts = Worklist(page.context, reading, page.account).counts()
    today = _today(page)
    yesterday = today - timedelta(days=1)
    cells = [
        (_count(page, today), words("overview.new_today"), _published(today)),
        (_count(page, yesterday), words("overview.yesterday"), _published(yesterday)),
    ]
    drawn = [(n, label, search_link(query)) for n, label, query in cells]
    drawn += [
        (
            counts[queue],
            f"{reading.label('queues', queue)}, {words('overview.waiting')}",
            desk_link(queue),
        )
        for queue in Queue
    ]
    st.html(
        "<div class='mt-six'>"
        + "".join(
            f"<a href='{escape(address)}' target='_self'><b>{words.number(count)}</b>"
            f"<span>{escape(label)}</span></a>"
            for count, label, address in drawn
        )
        + "</div>"
    )


def _published(day: date) -> str:
    return f"published:{day.isoformat()}..{day.isoformat()}"


def _today(page: PageContext) -> date:
    zone = page.context.profile.timezone
    return shown.local(page.reading.now, zone).date()


def _start(page: PageContext, day: date) -> datetime:
    zone = shown.zone(page.context.profile.timezone)
    return datetime.combine(day, time(), zone)


def _count(page: PageContext, day: date) -> int:
    range_ = DateRange(
        "published", _start(page, day), _start(page, day + timedelta(days=1))
    )
    return page.context.index.reader().search(Search(query=range_, size=1)).total


def _cases(page: PageContext) -> None:
    """Draw what cases have due next, for who may read them."""
    if not may(page.account.role, Act.READ_CASES):
        return
    words = page.words
    wanted = CaseFilter(due=DueSoon.WEEK)
    found = page.context.casework.cases(wanted, limit=MOST_DUE)
    if not found.count:
        return
    lines = [_due(page, line) for line in found.lines]
    if found.count > len(lines):
        said = words("overview.cases_all", count=words.number(found.count))
        lines.append(f"<li>{markup.link('/cases?due=week', said)}</li>")
    st.html(
        f"<h2>{escape(words('overview.cases'))}</h2>"
        f"<ul class='mt-list'>{''.join(lines)}</ul>"
    )


def _due(page: PageContext, line: CaseLine) -> str:
    due, case = case_lines.due_shown(line.due, page.reading), line.case
    said = escape(f"{due.when} · {due.left}") if due else ""
    if due and due.state == "late":
        said = f"<b class='mt-late'>{said}</b>"
    name = markup.link(case_lines.case_link(case.number), f"{case.number} {case.title}")
    return f"<li><span class='meta'>{said}</span>{name}</li>"


def _urgent(page: PageContext) -> None:
    words, reading = page.words, page.reading
    st.html(f"<h2>{escape(words('overview.urgent'))}</h2>")
    found = Worklist(page.context, reading, page.account).page(
        Queue.HARMFUL, order=Order.NEWEST
    )
    lines = [
        f"<li><span class='meta'>{_urgent_meta(page, row)}</span>"
        f"{markup.link(desk_link(Queue.HARMFUL, row.id), row.words)}</li>"
        for row in found.rows[:MOST_URGENT]
    ]
    if lines:
        st.html(f"<ul class='mt-list'>{''.join(lines)}</ul>")
    else:
        st.html(markup.empty(words("overview.urgent_none"), ""))


def _urgent_meta(page: PageContext, row: Row) -> str:
    facts = [row.time, row.source, f"{row.label} {row.chance}"]
    if row.copies > 1:
        facts.append(page.words("desk.copies", count=row.copies))
    return markup.facts((*facts, *row.marks))


def _sources(page: PageContext) -> None:
    words = page.words
    reports = page.context.source_reports()
    found = source_lines.lines(page.context.sources(), reports)
    bad = [line for line in found if line.sick]
    good = sum(line.well for line in found)
    st.html(f"<h2>{escape(words('overview.sources'))}</h2>")
    said = words("overview.sources_fine", good=good, all=len(reports))
    rows = "".join(_sick(page, line) for line in bad[:MOST_SICK])
    more = words("overview.sources_bad", count=len(bad)) if bad else ""
    link = markup.link("/sources", more) if more else ""
    st.html(
        f"<ul class='mt-list'><li>{escape(said)}</li>{rows}"
        + (f"<li>{link}</li>" if link else "")
        + "</ul>"
    )


def _sick(page: PageContext, line: SourceLine) -> str:
    mark, word, said = source_lines.state_of(line, page.reading)
    name = markup.link(source_link(line.spec.id), line.spec.name)
    return (
        f"<li>{mark} {name}: {escape(word)}"
        f"<span class='meta'>{escape(said)}</span></li>"
    )


def _volume(page: PageContext) -> None:
    words = page.words
    head, choice = st.columns([4, 1], gap="small")
    period = choice.segmented_control(
        words("overview.period"),
        PERIODS,
        default=PERIODS[0],
        format_func=lambda count: words("overview.days", count=count),
        label_visibility="collapsed",
    )
    days = daily.days_until(_today(page), period or PERIODS[0])
    found = _series(page, days)
    top = daily.peak(found)
    if top is None:
        title = words("overview.volume_none", days=len(days))
    else:
        day, count, mean = top
        title = words(
            "overview.volume_most",
            day=day.strftime("%d/%m"),
            count=words.number(count),
            mean=words.number(mean, 1),
        )
    missing = len(daily.gaps(found))
    notes = [words("overview.volume_weekend")]
    if missing:
        notes.append(words("overview.volume_gaps", count=missing))
    head.html(
        f"<h2>{escape(words('overview.volume'))}: {escape(title)}</h2>"
        f"<div class='mt-quiet'>{escape('; '.join(notes))}</div>"
    )
    st.altair_chart(_chart(page, found, days), width="stretch")
    with st.expander(words("app.table")):
        st.html(_table(page, found, days))


def _series(page: PageContext, days: list[date]) -> tuple[DayCount, ...]:
    zone = page.context.profile.timezone
    histogram = page.context.index.reader().histogram(
        None,
        since=_start(page, days[0]),
        until=_start(page, days[-1] + timedelta(days=1)),
        utc_offset=shown.utc_offset(page.reading.now, zone),
    )
    watched = {
        shown.local(visit.started, zone).date()
        for source in page.context.sources()
        for visit in page.context.source_runs(source.id, RUNS_READ)
        if visit.polled
    }
    return daily.series(histogram, days, [ALL, *Queue], watched)


def _queue_name(page: PageContext, queue: str) -> str:
    if queue == ALL:
        return page.words("overview.all")
    return page.reading.label("queues", queue)


def _chart(
    page: PageContext, found: tuple[DayCount, ...], days: list[date]
) -> "alt.LayerChart | alt.FacetChart":
    words = page.words
    frame = pd.DataFrame(
        {
            "day": [pd.Timestamp(c.day) for c in found],
            "queue": [_queue_name(page, c.queue) for c in found],
            "count": [c.count for c in found],
        }
    )
    names = [_queue_name(page, queue) for queue in (ALL, *Queue)]
    colours = ["#1c2730", "#a34700", "#17507d", "#4d7a38", "#7a6a94"]
    dashes = [[1, 0], [6, 2], [2, 2], [8, 3, 2, 3], [4, 4]]
    width = max(1, len(days) // 14)
    axis = alt.Axis(
        format="%d/%m", title=None, tickCount={"interval": "day", "step": width}
    )
    where = alt.X("day:T", axis=axis)
    lines = (
        alt.Chart(frame)
        .mark_line(point=alt.OverlayMarkDef(size=34))
        .encode(
            x=where,
            y=alt.Y(
                "count:Q", title=words("overview.count"), axis=alt.Axis(tickMinStep=1)
            ),
            color=alt.Color(
                "queue:N",
                scale=alt.Scale(domain=names, range=colours),
                legend=alt.Legend(title=None, orient="right", labelLimit=220),
            ),
            strokeDash=alt.StrokeDash(
                "queue:N", scale=alt.Scale(domain=names, range=dashes), legend=None
            ),
            tooltip=[
                alt.Tooltip("day:T", format="%d/%m/%Y", title=words("overview.day")),
                alt.Tooltip("queue:N", title=words("overview.queue")),
                alt.Tooltip("count:Q", title=words("overview.count")),
            ],
        )
    )
    return alt.layer(_weekends(days), lines).properties(height=190)


def _weekends(days: list[date]) -> alt.Chart:
    half = pd.Timedelta(hours=12)
    free = [pd.Timestamp(day) for day in daily.weekends(days)]
    frame = pd.DataFrame(
        {"from": [d - half for d in free], "to": [d + half for d in free]}
    )
    drawn: alt.Chart = (
        alt.Chart(frame)
        .mark_rect(color="#e9edf0", clip=True)
        .encode(x=alt.X("from:T"), x2="to:T")
    )
    return drawn


def _table(page: PageContext, found: tuple[DayCount, ...], days: list[date]) -> str:
    known = {(c.day, c.queue): c.count for c in found}
    none = page.words("overview.none_day")
    queues = [ALL, *Queue]
    rows = []
    for day in reversed(days):
        counts = [known[day, queue] for queue in queues]
        cells = [none if n is None else page.words.number(n) for n in counts]
        rows.append([shown.day(day), *cells])
    heads = [page.words("overview.day"), *(_queue_name(page, q) for q in queues)]
    return markup.table(heads, rows)

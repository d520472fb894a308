"""The map: where is it, and how much is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from domain.labels import Queue
from searchindex.parse import parse
from searchindex.port import GeoFacet, Search
from searchindex.query import Node
from ui import geography, map_chart, markup, shown
from ui.geography import Frame, Place
from ui.page import PageContext, search_link
from ui.views.search_view import result
from ui.wording import Wording

PERIODS = (1, 7, 30, 90)
OWN = 0
LISTED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Days, both included, and a queue; empty for all posts."""

    first: date
    last: date
    queue: str

    @property
    def before(self) -> "Choice":
        """As many days, right before."""
        length = self.last - self.first + timedelta(days=1)
        return Choice(
            first=self.first - length, last=self.last - length, queue=self.queue
        )

    def question(self, unit: str = "") -> str:
        return geography.question(self.first, self.last, self.queue, unit)


def show(page: PageContext) -> None:
    """Draw the choices, the map and the table beside it."""
    words = page.words
    units = page.context.profile.gazetteer.units
    if not units:
        st.html(markup.empty(words("map.no_units"), words("map.no_units_hint")))
        return
    choice = _choice(page)
    counted = _counted(page, choice)
    before = _counted(page, choice.before)
    names = {unit.id: page.reading.unit_name(unit.id) for unit in units}
    found = geography.places(units, names, counted.units, before.units)
    _finding(page, choice, counted, found)
    left, right = st.columns([3, 5], gap="small")
    with left:
        chosen = _map(page, found, geography.frame(units))
    with right:
        if chosen is not None:
            _posts(page, choice, chosen)
        _table(page, choice, found, short=chosen is not None)
    st.html(f"<div class='mt-quiet'>{escape(words('map.legend'))}</div>")


def _choice(page: PageContext) -> Choice:
    words = page.words
    when, own, which = st.columns([5, 3, 6], gap="small", vertical_alignment="center")
    period = when.segmented_control(
        words("map.period"),
        (*PERIODS, OWN),
        default=PERIODS[1],
        format_func=lambda n: _period_name(page, n),
        key="map_period",
        label_visibility="collapsed",
    )
    queue = which.pills(
        words("map.queue"),
        ("", *Queue),
        default="",
        format_func=lambda name: _queue_name(page, name),
        key="map_queue",
        label_visibility="collapsed",
    )
    last = shown.local(page.reading.now, page.context.profile.timezone).date()
    days = period if period is not None else PERIODS[1]
    first = last - timedelta(days=max(days, PERIODS[1] if days == OWN else 1) - 1)
    if days == OWN:
        from_, until = own.columns(2, gap="small")
        given = (
            _day(from_, page.words("map.first"), first, "map_first"),
            _day(until, page.words("map.last"), last, "map_last"),
        )
        first, last = min(given), max(given)
    return Choice(first=first, last=last, queue=queue or "")


def _day(where: DeltaGenerator, label: str, day: date, key: str) -> date:
    given: date = where.date_input(
        label, day, format="DD/MM/YYYY", key=key, label_visibility="collapsed"
    )
    return given


def _period_name(page: PageContext, days: int) -> str:
    if days == OWN:
        return page.words("map.own")
    if days == 1:
        return page.words("map.today")
    return page.words("overview.days", count=days)


def _queue_name(page: PageContext, queue: str) -> str:
    if not queue:
        return page.words("overview.all")
    return page.reading.label("queues", queue)


def _counted(page: PageContext, choice: Choice) -> GeoFacet:
    units = [unit.id for unit in page.context.profile.gazetteer.units]
    return page.context.index.reader().geo(_node(page, choice.question()), units)


def _node(page: PageContext, question: str) -> Node | None:
    today = shown.local(page.reading.now, page.context.profile.timezone).date()
    return parse(question, today=today).node


def _finding(
    page: PageContext, choice: Choice, counted: GeoFacet, found: Sequence[Place]
) -> None:
    """Say in a sentence what the map shows, and how much of it is not on the map."""
    words = page.words
    span = {"first": shown.day(choice.first), "last": shown.day(choice.last)}
    first = found[0]
    if not counted.total:
        st.html(markup.empty(words("map.none", **span), words("map.none_hint")))
        return
    if not first.count:
        title = words("map.none_placed", count=words.number(counted.total))
    else:
        title = words(
            "map.most",
            name=first.name,
            count=words.number(first.count),
            before=words.number(first.before),
        )
    silent = sum(not place.count for place in found)
    said = words(
        "map.named",
        named=words.number(counted.named),
        total=words.number(counted.total),
        silent=silent,
        all=len(found),
    )
    note = f"{words('map.span', **span)} · {said}"
    st.html(f"<h2>{escape(title)}</h2><div class='mt-quiet'>{escape(note)}</div>")


def _map(page: PageContext, found: Sequence[Place], frame: Frame) -> Place | None:
    """Draw the circles; return the one that was clicked."""
    event = st.altair_chart(
        map_chart.drawn(found, frame, page.words),
        width="content",
        key="map_chart",
        on_select="rerun",
        selection_mode="unit",
    )
    picked = event["selection"].get("unit", [])
    ids = {row.get("id") for row in picked if isinstance(row, dict)}
    return next((place for place in found if place.id in ids), None)


def _posts(page: PageContext, choice: Choice, place: Place) -> None:
    """List the newest posts of the commune that was clicked."""
    words = page.words
    question = choice.question(place.id)
    hits = page.context.index.reader().search(
        Search(query=_node(page, question), size=LISTED)
    )
    title = words("map.chosen", name=place.name, count=words.number(place.count))
    link = markup.link(search_link(question), words("map.all"))
    st.html(f"<h3>{escape(title)} · {link}</h3>")
    lines = "".join(result(page, hit) for hit in hits.hits)
    if lines:
        st.html(f"<div class='mt-scroll mt-low'><ul class='mt-list'>{lines}</ul></div>")


def _table(
    page: PageContext, choice: Choice, found: Sequence[Place], *, short: bool
) -> None:
    words = page.words
    heads = (words("map.unit"), words("overview.count"), words("map.before"))
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in heads)
    rows = "".join(_line(words, choice, place) for place in found)
    height = "mt-low" if short else "mt-map"
    st.html(
        f"<div class='mt-scroll {height}' tabindex='0'>"
        "<table class='mt-table mt-counts'>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _line(words: Wording, choice: Choice, place: Place) -> str:
    name = escape(place.name)
    if place.count:
        name = markup.link(search_link(choice.question(place.id)), place.name)
    cells = (words.number(place.count), words.number(place.before))
    return (
        f"<tr><th scope='row'>{name}</th>"
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )

"""Drift: whether last week's posts are still like those before."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

import altair as alt
import pandas as pd
import streamlit as st

from jobs.drift import EDGES, Measure, Shift, Week
from jobs.drift_job import kept_weeks, latest
from ui import markup, shown
from ui.page import PageContext, source_link
from ui.wording import Wording

WEEKS_SHOWN = 9
SHADES = ["#f3f5f7", "#dfe6eb", "#c6d3dc", "#aabfcd", "#8ba8bb", "#6c90a9"]
SHADES += ["#4f7896", "#356083", "#1d486b", "#0d3150"]


def show(page: PageContext) -> None:
    """Draw what moved, then scores, words and flags week by week."""
    words = page.words
    weeks = kept_weeks(page.context.casework)[-WEEKS_SHOWN:]
    if not weeks:
        st.html(markup.empty(words("drift.empty"), words("drift.empty_hint")))
        return
    today = shown.local(page.reading.now, page.context.profile.timezone).date()
    shifts = latest(weeks, today)
    _finding(page, shifts)
    left, right = st.columns(2, gap="small")
    with left:
        _shifts(page, shifts)
    with right:
        _scores(page, weeks, shifts)
        _words(page, weeks)
    _sources(page, weeks, shifts)
    st.html(f"<div class='mt-quiet'>{escape(words('drift.note'))}</div>")


def _finding(page: PageContext, shifts: Sequence[Shift]) -> None:
    words = page.words
    moved = [shift for shift in shifts if shift.moved]
    if moved:
        names = ", ".join(_name(page, shift) for shift in moved[:4])
        title = words("drift.moved", count=len(moved), names=names)
    elif any(shift.value is not None for shift in shifts):
        title = words("drift.calm")
    else:
        title = words("drift.few")
    hint = words("drift.remedy") if moved else words("drift.what")
    st.html(f"<h2>{escape(title)}</h2><div class='mt-quiet'>{escape(hint)}</div>")


def _name(page: PageContext, shift: Shift) -> str:
    words = page.words
    match shift.measure:
        case Measure.SCORES:
            return words("drift.of_label", name=page.reading.signal(shift.name))
        case Measure.UNKNOWN:
            return words("drift.unknown")
        case Measure.SOURCE:
            return words("drift.of_source", name=_source_name(page, shift.name))


def _source_name(page: PageContext, source: str) -> str:
    known = {spec.id: spec.name for spec in page.context.sources()}
    return {str(key): name for key, name in known.items()}.get(source, source)


def _shifts(page: PageContext, shifts: Sequence[Shift]) -> None:
    words = page.words
    heads = [words(f"drift.{n}") for n in ("thing", "past", "last", "value", "state")]
    rows = [
        [
            _name(page, shift),
            _share(words, shift.before),
            _share(words, shift.now),
            _value(words, shift),
            words(_state(shift)),
        ]
        for shift in sorted(shifts, key=lambda s: not s.moved)
        if shift.measure is not Measure.SOURCE or shift.moved
    ]
    table = markup.table(heads, rows)
    st.html(f"<div class='mt-scroll mt-map' tabindex='0'>{table}</div>")


def _state(shift: Shift) -> str:
    if shift.moved:
        return "drift.is_moved"
    return "drift.is_few" if shift.value is None else "drift.is_calm"


def _share(words: Wording, share: float) -> str:
    return words.percent(share, 1)


def _value(words: Wording, shift: Shift) -> str:
    if shift.value is None:
        return "–"
    if shift.measure is Measure.SCORES:
        return words.number(shift.value, 2)
    points = words.number(abs(shift.value) * 100, 1)
    return f"{'+' if shift.value >= 0 else '−'}{points}"


def _scores(page: PageContext, weeks: Sequence[Week], shifts: Sequence[Shift]) -> None:
    """Draw how one label's scores are spread, a bar a week; first one that moved."""
    words = page.words
    moved = {s.name for s in shifts if s.measure is Measure.SCORES and s.moved}
    labels = sorted(
        {name for week in weeks for name in week.scores},
        key=lambda name: (name not in moved, name),
    )
    label = st.selectbox(
        words("drift.label"), labels, format_func=page.reading.signal, key="drift_label"
    )
    bins = _bins(words)
    rows = [
        {"week": _week(week), "bin": bins[at], "order": at, "posts": count}
        for week in weeks
        for at, count in enumerate(week.scores.get(label, ()))
    ]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(stroke="#7c8c99", strokeWidth=0.4)
        .encode(
            x=alt.X("week:N", sort=None, title=words("drift.week")),
            y=alt.Y("posts:Q", stack="normalize", title=words("drift.share")),
            color=alt.Color(
                "bin:N",
                scale=alt.Scale(domain=bins, range=SHADES),
                legend=alt.Legend(title=words("drift.score"), columns=2),
            ),
            order="order:O",
            tooltip=["week:N", "bin:N", "posts:Q"],
        )
        .properties(height=210)
    )
    st.altair_chart(chart, width="stretch")


def _bins(words: Wording) -> list[str]:
    marks = [words.number(edge, 2) for edge in (0.0, *EDGES, 1.0)]
    return [f"{low}–{high}" for low, high in pairwise(marks)]


def _week(week: Week) -> str:
    return week.monday.strftime("%d/%m")


def _words(page: PageContext, weeks: Sequence[Week]) -> None:
    words = page.words
    heads = [words("drift.week"), words("overview.count"), words("drift.unknown")]
    rows = [
        [
            shown.day(week.monday),
            words.number(week.posts),
            "–" if week.unknown_rate is None else _share(words, week.unknown_rate),
        ]
        for week in reversed(weeks)
    ]
    st.html(markup.table(heads, rows))


def _sources(page: PageContext, weeks: Sequence[Week], shifts: Sequence[Shift]) -> None:
    """Show each source's share of flagged posts, week by week."""
    words = page.words
    moved = {s.name for s in shifts if s.measure is Measure.SOURCE and s.moved}
    totals = {name: 0 for week in weeks for name in week.sources}
    for week in weeks:
        for name, (posts, _) in week.sources.items():
            totals[name] += posts
    names = sorted(totals, key=lambda name: (name not in moved, -totals[name], name))
    heads = [words("drift.source"), *(_week(week) for week in weeks)]
    head = "".join(f"<th scope='col'>{escape(text)}</th>" for text in heads)
    rows = "".join(
        f"<tr><td>{markup.link(source_link(name), _source_name(page, name))}</td>"
        + "".join(f"<td>{_flags(words, week, name)}</td>" for week in weeks)
        + "</tr>"
        for name in names
    )
    st.html(
        f"<h3>{escape(words('drift.flags'))}</h3>"
        "<div class='mt-scroll' tabindex='0'><table class='mt-table'>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _flags(words: Wording, week: Week, source: str) -> str:
    if source not in week.sources:
        return "–"
    posts, flagged = week.sources[source]
    return f"{words.percent(flagged / max(1, posts))} / {words.number(posts)}"

"""Search: where else this was said."""

from collections.abc import Callable, Iterator, Mapping
from html import escape

import streamlit as st

from casework.audit import fingerprint
from casework.permissions import Act
from searchindex.document import Document
from searchindex.parse import parse
from searchindex.port import Hit, Order, Page, Search
from ui import finding, markup, passages, shown
from ui.finding import FACETS, Filter
from ui.page import PageContext, desk_link
from ui.view_models import safe_url

PAGE = 20
ORDERS = (Order.BEST, Order.NEWEST, Order.OLDEST, Order.URGENT)
MOST_EXPORTED = 5000
MOST_VALUES = 8


def show(page: PageContext) -> None:
    """Draw the box, the saved searches, filters and results."""
    words = page.words
    _box(page)
    asked = st.session_state.get("search_text", "").strip()
    filters = _chosen()
    if not asked and not filters:
        st.html(f"<p class='mt-quiet'>{escape(words('search.start'))}</p>")
        _saved(page)
        return
    today = shown.local(page.reading.now, page.context.profile.timezone).date()
    parsed = parse(asked, today=today)
    for warning in parsed.warnings:
        st.html(f"<div class='mt-lag'>{escape(words.told(str(warning)))}</div>")
    order = Order(st.session_state.get("search_order", Order.BEST))
    search = Search(
        query=finding.with_filters(parsed.node if asked else None, filters),
        order=order,
        size=PAGE,
        after=st.session_state.get("search_after"),
        facets=FACETS,
    )
    found = page.context.index.reader().search(search)
    left, right = st.columns([1, 4], gap="small")
    with left:
        _facets(page, found, filters)
        _save(page, asked)
        _saved(page)
    with right:
        _results(page, found, asked, search)


def _box(page: PageContext) -> None:
    words = page.words
    if "search_text" not in st.session_state:
        st.session_state["search_text"] = st.query_params.get("q", "")
    box, order = st.columns([5, 1], gap="small")
    box.text_input(
        words("search.box"),
        key="search_text",
        placeholder=words("search.placeholder"),
        help=words("search.help"),
        label_visibility="collapsed",
        on_change=_restart,
    )
    order.selectbox(
        words("search.order"),
        ORDERS,
        key="search_order",
        format_func=lambda o: words(f"search.order_{o}"),
        label_visibility="collapsed",
        on_change=_restart,
    )


def _restart() -> None:
    st.session_state["search_after"] = None
    st.query_params["q"] = st.session_state.get("search_text", "")


def _chosen() -> list[Filter]:
    return [
        Filter(field=field, value=value)
        for field in FACETS
        if (value := st.session_state.get(f"facet_{field}"))
    ]


def _facets(page: PageContext, found: Page, filters: list[Filter]) -> None:
    chosen = {f.field: f.value for f in filters}
    for field in FACETS:
        counts = dict(found.facets.get(field, {}))
        if field in chosen:
            counts.setdefault(chosen[field], found.total)
        values = sorted(counts, key=lambda value: -counts[value])[:MOST_VALUES]
        if not values:
            continue
        name = "facet_source" if field == "outlet" else f"facet_{field}"
        st.pills(
            page.words(f"search.{name}"),
            values,
            key=f"facet_{field}",
            format_func=_facet_namer(page, field, counts),
            on_change=_restart,
        )


def _facet_namer(
    page: PageContext, field: str, counts: Mapping[str, int]
) -> Callable[[str], str]:
    def named(value: str) -> str:
        label = markup.literal(finding.facet_label(field, value, page.reading))
        return f"{label} {page.words.number(counts.get(value, 0))}"

    return named


def _results(page: PageContext, found: Page, asked: str, search: Search) -> None:
    words = page.words
    if not found.hits:
        said = words("search.none", query=asked)
        st.html(markup.empty(said, words("search.none_hint")))
        return
    key = "search.found" if found.total_exact else "search.found_least"
    st.html(f"<h2>{escape(words(key, count=words.number(found.total)))}</h2>")
    st.html(f"<ul class='mt-list'>{''.join(result(page, h) for h in found.hits)}</ul>")
    first, more, take = st.columns([1, 1, 3])
    if st.session_state.get("search_after") and first.button(words("search.first")):
        st.session_state["search_after"] = None
        st.rerun()
    if found.next_cursor and more.button(words("search.more")):
        st.session_state["search_after"] = found.next_cursor
        st.rerun()
    rows = min(found.total, MOST_EXPORTED)
    note = words("search.export_note", rows=words.number(rows), query=asked)
    take.download_button(
        words("search.export"),
        data=lambda: _export(page, search, asked, rows),
        file_name="minhtin.csv",
        mime="text/csv",
        help=markup.literal(note),
    )


def _export(page: PageContext, search: Search, asked: str, rows: int) -> bytes:
    """Note who takes what along, then make the sheet."""
    filters = {chosen.field: chosen.value for chosen in _chosen()}
    page.context.casework.record_allowed(
        page.account,
        Act.EXPORT_POSTS,
        "export",
        "search.csv",
        {"query": fingerprint(asked), "filters": filters, "rows": rows},
    )
    return finding.csv_of(_all(page, search), page.reading)


def _all(page: PageContext, search: Search) -> Iterator[Document]:
    """Read every result up to the bound, page by page."""
    reader, after, given = page.context.index.reader(), None, 0
    while given < MOST_EXPORTED:
        found = reader.search(
            Search(query=search.query, order=search.order, size=200, after=after)
        )
        for hit in found.hits[: MOST_EXPORTED - given]:
            yield hit.document
        given += len(found.hits)
        after = found.next_cursor
        if after is None or not found.hits:
            return


def result(page: PageContext, hit: Hit) -> str:
    """Draw a found post as a line of a list."""
    reading, document = page.reading, hit.document
    post = document.post
    queues = ", ".join(reading.label("queues", q) for q in document.analysis.queues)
    status = finding.facet_label("status", document.status, reading)
    known = [
        reading.short(post.when),
        reading.source_name(document),
        reading.label("kinds", post.kind),
        queues,
        status if queues else "",
    ]
    queue = document.analysis.queues[0] if document.analysis.queues else "harmful"
    links = [markup.link(desk_link(queue, post.id), page.words("search.open"))]
    if address := safe_url(post.url):
        links.append(markup.outside(address, page.words("search.original")))
    title = ""
    if post.title:
        title = f"<b>{markup.marked(finding.title_pieces(hit, reading))}</b><br>"
    text = markup.marked(finding.snippet(hit, reading))
    return (
        f"<li><span class='meta'>{markup.facts(known)} · {' · '.join(links)}</span>"
        f"<span class='text'>{title}{text}</span></li>"
    )


def _saved(page: PageContext) -> None:
    words = page.words
    searches = page.context.casework.searches(page.account)
    if not searches:
        return
    st.html(f"<h3>{escape(words('search.saved'))}</h3>")
    for saved in searches:
        label = (
            f"{saved.name} ({words('search.shared')})" if saved.shared else saved.name
        )
        name, drop = st.columns([4, 1], gap="small")
        name.button(
            markup.literal(passages.excerpt(label, 40)),
            key=f"saved_{saved.id}",
            help=markup.literal(saved.query),
            on_click=_use,
            args=(saved.query,),
        )
        drop.button(
            "✕",
            key=f"drop_{saved.id}",
            help=words("search.drop"),
            on_click=page.context.casework.drop_search,
            args=(page.account, saved.id),
        )


def _use(query: str) -> None:
    st.session_state["search_text"] = query
    _restart()


def _save(page: PageContext, asked: str) -> None:
    words = page.words
    if not asked:
        return
    with st.popover(words("search.save")), st.form("save_search", border=False):
        name = st.text_input(words("search.save_name"), max_chars=120)
        shared = st.checkbox(words("search.save_shared"))
        if st.form_submit_button(words("search.save_do")) and name.strip():
            page.context.casework.save_search(
                page.account, name.strip(), asked, shared=shared
            )
            st.toast(words("search.save_done", name=markup.literal(name)))

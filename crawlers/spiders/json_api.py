"""JSON interfaces behind sites whose pages are empty without JavaScript."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawlers.articles import article_post, with_outlet
from crawlers.found import FoundGone
from crawlers.frontier.queue import WaitingPage
from crawlers.spiders.source import SourceSpider, Yields, content_type
from crawlers.visit import Visit
from domain.post import Post
from extraction.api import own_address, parse_json, read_item, read_page
from extraction.api_rules import Template, api_rules, paged, paging_of
from extraction.fields import FeedItem
from extraction.urls import canonical_url, site_of

_TEXTS = ("application/", "text/")
_LONGEST_HINT = 20_000
"""Letters of an entry kept until its own answer is read. Longer entries hold a text
themselves, and a hundred thousand of them would be gigabytes; shorter ones would lose
the time or lead that only the list has."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the list a request stands; `offset` counts the items before it."""

    page: int
    number: int = 1
    offset: int = 0
    cursor: str = ""


class JsonApiSpider(SourceSpider):
    """Follows the list page by page; asks for each item's own answer where it has one.

    These answers wait in the frontier like the pages of other kinds. In a watch the
    list is followed only as far as something is new, unless a visit before was cut off
    on the way.
    """

    name = "json_api"

    def __init__(self, visit: Visit) -> None:
        super().__init__(visit)
        self._rules = api_rules(visit.spec)
        self._base = canonical_url(visit.spec.url)
        self._paging = paging_of(visit.spec.url + self._rules.body)

    def first(self) -> Iterator[Request]:
        yield from self._ask_list(_Place(self._rules.first))

    def parse(self, response: Response, place: _Place) -> Yields:
        """Read one page of the list."""
        empty = self.without_content(response, _TEXTS)
        if empty is not None:
            if place.number == 1 and any(isinstance(f, FoundGone) for f in empty):
                self.visit.tally.fail(f"http_{response.status}")
            return
        answer = self._json(response)
        page = read_page(answer, self._rules) if answer is not None else None
        if page is None or (not page.items and place.number == 1):
            self.visit.tally.fail("no_items")
            return
        room = max(0, self._rules.most - place.offset)
        items = page.items[:room]
        unknown = [item for item in items if self._unknown(item)]
        for item in items:
            yield from self._take(response, item)
        seen = place.offset + len(page.items)
        ended = not page.items or (page.total is not None and seen >= page.total)
        more = unknown or not self.visit.watch or self.cut_off
        whole = ended or not more or seen >= self._rules.most
        following = () if whole else tuple(self._following(place, seen, page.next))
        self.walks(on=bool(following))
        if not self._enough():
            yield from following

    def read(self, response: Response, page: WaitingPage) -> Yields:
        """Read an item's own answer; an article that somebody asked for as such."""
        hint = json.loads(page.hint) if page.hint else {}
        if "address" not in hint:
            return super().read(response, page)
        return self.parse_item(response, hint.get("item"), hint["address"])

    def parse_item(self, response: Response, item: object, address: str) -> Yields:
        """Read one item's own answer."""
        empty = self.without_content(response, _TEXTS)
        if empty is not None:
            yield from empty
            return
        answer = self._rules.detail_item.find(self._json(response))
        if answer is None:
            self.visit.tally.fail("no_article")
            return
        post = self._post((answer, item), address)
        if post is not None:
            yield self.found(response, post)

    def ask_article(self, url: str, item: FeedItem | None = None) -> Yields:
        """Ask for a known post again: by its own answer, as its page shows nothing."""
        del item
        link = self._rules.link
        holes = link.undo(url) if isinstance(link, Template) else {}
        if holes:
            self._ask_item(holes, canonical_url(url))
        yield from ()

    def _take(self, response: Response, item: object) -> Yields:
        address = own_address(item, self._rules, self._base)
        if not address:
            self.visit.tally.fail("no_identity")
        elif self._rules.detail.text:
            self._ask_item(item, address)
        elif not self._enough() and address not in self._asked:
            self._asked.add(address)
            post = self._post((item,), address)
            if post is not None:
                found = self.found(response, post)
                yield replace(found, requested=post.url, validators={})

    def _ask_item(self, item: object, address: str) -> None:
        said = self._rules.detail.fill(item)
        url = canonical_url(said, self._base) if said else ""
        if not url or url in self._asked or self._enough():
            return
        if site_of(url) not in self._hosts:
            self.visit.tally.fail("offsite")
            return
        self._asked.add(url)
        self.visit.tally.listed += 1
        now = self.visit.deps.clock.now()
        fields = read_item((item,), self._rules, address, fetched=now)
        entry = FeedItem(url=url, published=fields.published, modified=fields.modified)
        self.wait(
            WaitingPage(
                url=url,
                site=self.visit.site,
                source=self.visit.spec.id,
                lane=self.lane_of(entry, now),
                due=now,
                hint=_hint(item, address),
                changed=fields.modified,
            )
        )

    def _ask_list(self, place: _Place) -> list[Request]:
        url = self._fill(self.visit.spec.url, place)
        return self._asking(url, place)

    def _following(self, place: _Place, seen: int, said: str) -> Yields:
        if place.number >= self.visit.spec.max_pages:
            return
        after = _Place(
            page=place.page + 1,
            number=place.number + 1,
            offset=seen,
            cursor=said if "cursor" in self._paging else "",
        )
        if self._paging & {"page", "offset"} or after.cursor:
            yield from self._ask_list(after)
        elif said and "cursor" not in self._paging:
            yield from self._asking(canonical_url(said, self._base), after)

    def _asking(self, url: str, place: _Place) -> list[Request]:
        """Return the request for a page of the list, unless it was asked for."""
        body = self._fill(self._rules.body, place)
        if not url or f"{url} {body}" in self._pages:
            return []
        if site_of(url) not in self._hosts:
            self.visit.tally.fail("offsite")
            return []
        self._pages.add(f"{url} {body}")
        request = self.ask(url, self.parse, priority=100 - place.number, place=place)
        request.headers["Accept"] = "application/json"
        if self._rules.method == "POST":
            request.headers["Content-Type"] = "application/json"
            request = request.replace(method="POST", body=body)
        return [request]

    def _fill(self, template: str, place: _Place) -> str:
        return paged(
            template,
            page=place.page,
            offset=place.offset,
            size=self._rules.size,
            cursor=place.cursor,
        )

    def _post(self, sources: tuple[object, ...], address: str) -> Post | None:
        spec, fetched = self.visit.spec, self.visit.deps.clock.now()
        fields = read_item(sources, self._rules, address, fetched=fetched)
        post = article_post(spec, address, fields, None, fetched)
        if post is None:
            self.visit.tally.fail("no_article")
            return None
        # Items of one list share its address; only the item's own may lead to it.
        post = replace(post, aliases=())
        return with_outlet(post, self.visit.deps.outlets, spec.outlet or spec.name)

    def _json(self, response: Response) -> Any:  # noqa: ANN401 - JSON of others
        try:
            return parse_json(response.body, content_type(response))
        except ValueError:
            self.visit.tally.fail("no_json")
            return None

    def _unknown(self, item: object) -> bool:
        address = own_address(item, self._rules, self._base)
        return self.visit.deps.frontier.resolve(address) is None


def _hint(item: object, address: str) -> str:
    kept = json.dumps({"address": address, "item": item}, ensure_ascii=False)
    if len(kept) <= _LONGEST_HINT:
        return kept
    return json.dumps({"address": address}, ensure_ascii=False)

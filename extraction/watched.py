"""A page that is watched for changes: the text whose change means something."""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from domain.errors import ConfigurationError
from domain.post import MAX_TEXT
from domain.profile import SourceSpec
from extraction import generic, headline
from extraction.charset import tidy
from extraction.content import media_of, paragraphs
from extraction.fields import PageFields
from extraction.noise import SKIPPED_TAGS
from extraction.page import parse_tree
from extraction.selectors import to_xpath
from extraction.urls import canonical_url

_KEYS = {"part", "drop", "ignore", "title"}
_LINE = 500
_MANY = 100
_SHORT = 120
"""Longer lines are no counters, and would cost the patterns time."""
_COUNTER = re.compile(
    r"^\W*(?:(?:tổng )?(?:số )?(?:lượt|người) (?:xem|đọc|truy cập|thăm|online)|"
    r"tổng (?:số )?truy cập|đang (?:xem|truy cập|online|trực tuyến)|"
    r"(?:khách )?(?:online|trực tuyến)|thống kê truy cập|hôm (?:nay|qua)|"
    r"(?:trong )?(?:tuần|tháng|năm) (?:này|trước|nay)|views?|visitors?)"
    r"\s*[:=–-]?\s*\d[\d.,\s]*(?:lượt|người|khách)?\W*$",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"^\W*(?:(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)\b[\s,|–-]*)?"
    r"(?:(?:ngày )?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|(?:ngày )?\d{1,2} tháng \d{1,2},? "
    r"năm \d{4}|\d{1,2}[:hg]\d{2}(?::\d{2})?(?: ?[ap]m)?|\(?gmt ?\+?\d{0,2}\)?|"
    r"[\s,|–-])+\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """What of a page is watched: XPaths, and what of its lines means nothing."""

    part: str = ""
    drop: str = ""
    title: str = ""
    ignore: re.Pattern[str] | None = None


def watch_rules(spec: SourceSpec) -> WatchRules:
    """Read the source's `page` table. Raises `ConfigurationError` naming the key."""
    said = spec.page
    if unknown := set(said) - _KEYS:
        keys = ", ".join(sorted(unknown))
        known = ", ".join(sorted(_KEYS))
        raise _wrong(spec, f"has unknown keys in page: {keys} (known: {known})")
    ignore = said.get("ignore", "")
    try:
        pattern = re.compile(ignore, re.IGNORECASE) if ignore else None
    except re.error as error:
        raise _wrong(
            spec, f"has an ignore that is no regular expression: {error}"
        ) from error
    part, drop, title = (
        to_xpath(said[name]) if said.get(name) else ""
        for name in ("part", "drop", "title")
    )
    return WatchRules(part=part, drop=drop, title=title, ignore=pattern)


def watched_fields(
    body: bytes, url: str, rules: WatchRules, *, content_type: str = ""
) -> PageFields | None:
    """Return title and watched text; None where the page has no such part, or no text.

    Lines that only count visitors or tell the time are left out, and so is what
    `ignore` matches. Without a `part` it is the main text, else all outside menus.
    """
    tree = parse_tree(body, content_type)
    if tree is None:
        return None
    title = _title(tree, rules)
    for element in tree.xpath(rules.drop) if rules.drop else ():
        element.drop_tree()
    parts = _parts(tree, rules)
    lines = [line for part in parts for line in paragraphs(part)]
    kept = [line for line in (_kept(line, rules) for line in lines) if line]
    if not kept:
        return None
    media = (canonical_url(link, url) for part in parts for link in media_of(part))
    return PageFields(
        title=tidy(title or url)[:_LINE],
        body=tidy("\n".join(kept))[:MAX_TEXT],
        canonical_url=canonical_url(url),
        media=tuple(dict.fromkeys(filter(None, media)))[:_MANY],
        found_by=(("title", "page"), ("body", "page")),
    )


def _title(tree: HtmlElement, rules: WatchRules) -> str:
    found = tree.xpath(rules.title) if rules.title else []
    named = next((" ".join(e.text_content().split()) for e in found), "")
    heads = headline.headings(tree) or [headline.page_title(tree)]
    return named or headline.without_outlet(heads[0], ())


def _parts(tree: HtmlElement, rules: WatchRules) -> list[HtmlElement]:
    if rules.part:
        return [found for found in tree.xpath(rules.part) if not isinstance(found, str)]
    main = generic.known_body(tree)
    if main is not None:
        return [main]
    for element in list(tree.iter(*SKIPPED_TAGS, "header", "head")):
        if element.getparent() is not None and element.tag != "form":
            element.drop_tree()
    return [tree]


def _kept(line: str, rules: WatchRules) -> str:
    if rules.ignore:
        line = " ".join(rules.ignore.sub(" ", line).split())
    if len(line) > _SHORT:
        return line
    return "" if _COUNTER.match(line) or _CLOCK.match(line) else line


def _wrong(spec: SourceSpec, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"Source {spec.id} {what}.", hint="docs/sources.md shows examples."
    )

"""What an article says of itself in `application/ld+json`."""

import html
import json
import re
from collections.abc import Iterator
from typing import cast

from lxml.html import HtmlElement

from extraction.content_text import squeeze
from extraction.urls import canonical_url

Node = dict[str, object]

_ARTICLE = re.compile(r"Article$|^Report$|BlogPosting$|^SocialMediaPosting$")
_TRAILING = re.compile(r",\s*([}\]])")
_WRAP = re.compile(r"^\s*(?:<!--|<!\[CDATA\[|//.*\n)+|(?:-->|\]\]>|;)+\s*$")
_DEPTH = 8
_MOST = 100_000
_KEYS = tuple(
    (key, re.compile(rf'"{key}"\s*:\s*"([^\n]{{1,500}}?)"\s*(?:,\s*["\n]|\}}|\n)'))
    for key in ("headline", "datePublished", "dateModified", "articleSection")
)


def article_node(tree: HtmlElement, url: str) -> Node:
    """Return the node of the page's own article; empty where there is none.

    Where several articles are described, the one whose address is the page's wins.
    """
    nodes = [n for n in _nodes(tree) if _is_article(n)]
    own = {canonical_url(url)} | {
        canonical_url(href, url)
        for href in tree.xpath("//link[@rel='canonical']/@href")
    }
    for node in nodes:
        if canonical_url(_address(node).split("#")[0], url) in own:
            return node
    if len(nodes) == 1 or (nodes and not _address(nodes[0])):
        return nodes[0]
    return _headed(nodes, tree) if nodes else _salvaged(tree)


def _headed(nodes: list[Node], tree: HtmlElement) -> Node:
    """Return the node whose headline is a heading of the page."""
    heads = {squeeze(head.text_content()).lower() for head in tree.iter("h1")}
    return next((n for n in nodes if text_at(n, "headline").lower() in heads), {})


def _salvaged(tree: HtmlElement) -> Node:
    """Return what can be read of an article's broken JSON, key by key.

    Templates put headlines with quotation marks into JSON as they are.
    """
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        text = script.text_content()[:_MOST]
        if _load(text) is None and "NewsArticle" in text:
            return {
                key: found[1] for key, find in _KEYS if (found := find.search(text))
            }
    return {}


def text_at(node: Node, key: str) -> str:
    """Return a text field, entities undone; lists are joined by commas."""
    return _text(node.get(key))


def name_at(node: Node, key: str, *, persons: bool = False) -> str:
    """Return the name (names, joined) of what `key` holds.

    `persons` drops what calls itself something else; a bare name may be one.
    """
    found = node.get(key)
    several = found if isinstance(found, list) else [found]
    names = []
    for one in several:
        if isinstance(one, dict):
            fit = not persons or "Person" in _kinds(one)
            names.append(_text(one.get("name")) if fit else "")
        else:
            names.append(_text(one))
    return ", ".join(dict.fromkeys(name for name in names if name))


def _kinds(node: Node) -> list[object]:
    kinds = node.get("@type", "Person")
    return kinds if isinstance(kinds, list) else [kinds]


def crumbs(tree: HtmlElement) -> list[str]:
    """Return the names of the page's breadcrumb, home page left out."""
    for node in _nodes(tree):
        if node.get("@type") == "BreadcrumbList":
            return [name for name in _crumb_names(node) if name.lower() != "trang chủ"]
    return []


def _crumb_names(node: Node) -> Iterator[str]:
    for entry in _flat(node.get("itemListElement")):
        item = entry.get("item")
        inner = item.get("name") if isinstance(item, dict) else ""
        name = _text(entry.get("name")) or _text(inner)
        if name:
            yield name


def _flat(value: object, depth: int = 0) -> Iterator[Node]:
    if isinstance(value, dict):
        yield cast("Node", value)
    elif isinstance(value, list) and depth < _DEPTH:
        for part in value:
            yield from _flat(part, depth + 1)


def _nodes(tree: HtmlElement) -> Iterator[Node]:
    for script in tree.xpath("//script[contains(@type, 'ld+json')]"):
        for node in _flat(_load(script.text_content())):
            yield node
            yield from _flat(node.get("@graph"))
            main = node.get("mainEntity")
            if isinstance(main, dict):
                yield from _flat(main)


def _load(text: str) -> object:
    text = _WRAP.sub("", text.strip())
    for attempt in (text, _TRAILING.sub(r"\1", text)):
        try:
            return cast("object", json.loads(attempt, strict=False))
        except (ValueError, RecursionError):
            continue
    return _several(text) or None


def _several(text: str) -> list[object]:
    """Return the objects of a script that holds several, one behind the other."""
    reader = json.JSONDecoder(strict=False)
    found: list[object] = []
    at = 0
    while (at := text.find("{", at)) >= 0 and len(found) < _DEPTH:
        try:
            node, at = reader.raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        found.append(node)
    return found


def _is_article(node: Node) -> bool:
    if "@type" not in node:
        return False
    return any(isinstance(k, str) and _ARTICLE.search(k) for k in _kinds(node))


def _address(node: Node) -> str:
    for key in ("mainEntityOfPage", "url", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and value:
            return value
    return ""


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(part for part in map(_text, value) if part)
    if not isinstance(value, str):
        return ""
    return squeeze(html.unescape(html.unescape(value)))

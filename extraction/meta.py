"""Open Graph, other `meta` names and microdata of a page."""

from collections.abc import Sequence

from lxml.html import HtmlElement

from extraction.content_text import squeeze

TITLE = ("og:title", "twitter:title", "dc.title")
LEAD = ("og:description", "description", "twitter:description")
PUBLISHED = (
    "article:published_time",
    "datepublished",
    "pubdate",
    "dc.date.issued",
    "article:published",
    "publishdate",
    "og:published_time",
)
MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "lastmod")
SECTION = ("article:section", "articlesection")
OUTLET = ("og:site_name", "application-name")
TIER = ("article:content_tier",)
AUTHOR = ("article:author", "author", "dc.creator", "dable:author")


class MetaTags:
    """All `meta` of a page by lower-case name, the first of each."""

    def __init__(self, tree: HtmlElement) -> None:
        self._found: dict[str, str] = {}
        for tag in tree.iter("meta"):
            name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
            content = squeeze(tag.get("content") or "")
            if name and content:
                self._found.setdefault(name.lower(), content)

    def first(self, names: Sequence[str]) -> str:
        """Return the content of the first of `names` that the page has."""
        return next((self._found[n] for n in names if n in self._found), "")


def microdata(tree: HtmlElement, name: str) -> str:
    """Return the first `itemprop` of that name: its machine value, else its text."""
    for element in tree.xpath("//*[@itemprop=$name]", name=name):
        value = element.get("content") or element.get("datetime")
        text = squeeze(value or element.text_content())
        if text:
            return text
    return ""

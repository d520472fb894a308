"""A source's own selectors (TOML) as a site module.

Values that begin with `/` or `(` are XPath, all others CSS.
"""

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from domain.errors import ConfigurationError
from domain.profile import SourceSpec
from extraction.site import Site

_FIELDS = ("title", "lead", "body", "author", "section", "published", "drop")


def to_xpath(selector: str) -> str:
    """Return the selector as XPath. Raises `ConfigurationError` naming it."""
    selector = selector.strip()
    try:
        path = (
            selector
            if selector.startswith(("/", "("))
            else HTMLTranslator().css_to_xpath(selector, prefix="//")
        )
        etree.XPath(path)
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise ConfigurationError(
            f"The selector {selector!r} is neither CSS nor XPath: {error}.",
            hint="docs/sources.md shows examples.",
        ) from error
    return path


def check_selectors(spec: SourceSpec) -> None:
    """Raise `ConfigurationError` for a key that is none, or what is no selector."""
    known = {*_FIELDS, "link", "next", "hosts"}
    if unknown := set(spec.selectors) - known:
        keys = ", ".join(sorted(unknown))
        raise ConfigurationError(
            f"Source {spec.id} has unknown keys in selectors: {keys} "
            f"(known: {', '.join(sorted(known))}).",
            hint="docs/sources.md shows examples.",
        )
    for key, selector in spec.selectors.items():
        if key != "hosts" and selector:
            to_xpath(selector)


def site_of_selectors(spec: SourceSpec) -> Site | None:
    """Return the source's article selectors as a site module, if it has any."""
    found = {
        name: to_xpath(spec.selectors[name])
        for name in _FIELDS
        if spec.selectors.get(name)
    }
    return Site(hosts=(), outlet="", **found) if found else None

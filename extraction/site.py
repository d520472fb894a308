"""What a site module is: where an outlet keeps its fields, as XPath."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The layout of one outlet's article pages.

    `hosts` are domains, their subdomains included. Each field is an XPath, of which
    the first match with text wins; "" leaves the field to the other rungs. `body` is
    the element whose paragraphs are the text; `drop` matches what is taken out of
    the page before anything is read. `until` is the day (ISO, in Vietnam) from which a
    layout was no longer in use: keep the old module beside the new one, so that old
    captures are read as they were meant.
    """

    hosts: tuple[str, ...]
    outlet: str
    title: str = ""
    lead: str = ""
    body: str = ""
    author: str = ""
    section: str = ""
    published: str = ""
    drop: str = ""
    until: str = ""


def has(name: str) -> str:
    """Return an XPath condition: the element bears the class `name`."""
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"

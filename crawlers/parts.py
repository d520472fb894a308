"""Articles that go on on further pages, joined into one post."""

from dataclasses import replace

from crawlers.found import FoundPost
from extraction.fields import PageFields

MOST_PARTS = 10
"""Pages of one article. More would let a page that always names another hold a visit;
fewer would cut long reports."""


def joined(begun: FoundPost, part: PageFields) -> FoundPost:
    """Return the post with a further page's text, links and media behind it.

    Its validators are dropped: the first page's would answer “not modified” for an
    edit of the second.
    """
    post = begun.post
    lines = [post.text, part.body]
    return replace(
        begun,
        validators={},
        post=replace(
            post,
            text="\n".join(line for line in lines if line),
            links=tuple(dict.fromkeys((*post.links, *part.links))),
            media=tuple(dict.fromkeys((*post.media, *part.media))),
        ),
    )


def broken_off(begun: FoundPost) -> FoundPost:
    """Return the post as one of which a further page could not be had."""
    return replace(begun, validators={}, partial=True)

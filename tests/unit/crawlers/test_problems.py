"""What stood in the way, in words."""

import pytest

from crawlers.problems import in_words


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        (None, "none"),
        ({}, "none"),
        (
            {"robots_unreachable": 1},
            "robots.txt could not be had, so nothing is asked (robots_unreachable)",
        ),
        (
            {"http_502": 3, "dns": 1},
            "there is no such host (dns); the site answered 502 (http_502, 3 times)",
        ),
        ({"key_invalid": 1}, "key_invalid"),
    ],
)
def test_errors_are_told_in_words(errors: dict[str, int] | None, said: str) -> None:
    assert in_words(errors) == said

"""Our reading of article pages beside trafilatura's, newspaper4k's and news-please's.

The pages are those that the replay sites serve (feed, sitemap, listing), each read by
every extractor in the same run. The truth is the text that came with the article; it
was taken by machine and holds the captions of pictures and boxes of other articles as
well, so that F1 is given twice: against the text as it is, and against the text
without what stands in the outlets' own elements for pictures and for other articles.

    python -m benchmarks.extraction [--articles N] [--write]

Extractors that are not installed are named as such (`pip install minhtin[bench]`).
Writes docs/extraction.md with --write.
"""

import argparse
import importlib.util
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml.html import fragment_fromstring

from extraction.content_text import squeeze
from extraction.page import extract_page
from support_crawl.replayed import SHARED, replay_sites

DOC = Path(__file__).resolve().parents[1] / "docs" / "extraction.md"
SITES = ("feed", "sitemap", "listing")
NOT_TEXT = (
    "//figure | //figcaption | //table[contains(@class, 'picture')]"
    " | //table[contains(@class, 'image')] | //table[contains(@class, 'tplCaption')]"
    " | //table[contains(@class, 'assist-content-img')]"
    " | //*[contains(@class, 'insert-wiki-content')]"
    " | //*[contains(@class, 'article-relate')] | //article[.//a]"
    " | //*[contains(@class, 'summary__content')]"
    " | //*[contains(@class, 'articles-edit')]"
)
Read = Callable[[str, str], tuple[str, str]]


@dataclass(slots=True)
class Score:
    """What one extractor did on all pages."""

    as_is: list[float] = field(default_factory=list)
    without: list[float] = field(default_factory=list)
    titles: int = 0
    milliseconds: list[float] = field(default_factory=list)


def ours(page: str, url: str) -> tuple[str, str]:
    """Return title and body as the product reads them."""
    fields = extract_page(page.encode(), url)
    return fields.title, fields.body


def trafilatura(page: str, url: str) -> tuple[str, str]:
    """Return title and text by trafilatura."""
    from trafilatura import bare_extraction

    found = bare_extraction(page, url=url, include_comments=False, with_metadata=True)
    return (found.title or "", found.text or "") if found else ("", "")


def newspaper(page: str, url: str) -> tuple[str, str]:
    """Return title and text by newspaper4k."""
    from newspaper import Article

    article = Article(url, language="vi", fetch_images=False)
    article.download(input_html=page)
    article.parse()
    return article.title or "", article.text or ""


def news_please(page: str, url: str) -> tuple[str, str]:
    """Return title and text by news-please."""
    from newsplease import NewsPlease

    article = NewsPlease.from_html(page, url, fetch_images=False)
    return article.title or "", article.maintext or ""


READERS: tuple[tuple[str, str, Read], ...] = (
    ("Minh Tin", "extraction", ours),
    ("trafilatura", "trafilatura", trafilatura),
    ("newspaper4k", "newspaper", newspaper),
    ("news-please", "newsplease", news_please),
)


def pages(articles: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (page, address, title, text as it is, text without captions and boxes)."""
    with replay_sites(articles) as sites:
        for name in SITES:
            site = sites[name]
            for article in site.articles:
                page, url = site.page(article), site.base + article.path
                text = without_boxes(article.body, article.text)
                yield page, url, squeeze(article.title), article.text, text


def without_boxes(markup: str, text: str) -> str:
    """Take the words of pictures and boxes out of a text, each as often as there."""
    tree = fragment_fromstring(markup, create_parent="div")
    boxes = tree.xpath(NOT_TEXT)
    outer = [box for box in boxes if not any(a in boxes for a in box.iterancestors())]
    words = Counter(tokens(" ".join(" ".join(box.itertext()) for box in outer)))
    left = Counter(tokens(text)) - words
    return " ".join(left.elements())


def tokens(text: str) -> list[str]:
    """Return a text's words in small letters."""
    return re.findall(r"\w+", text.lower())


def f1(found: str, truth: str) -> float:
    """Return the harmonic mean of precision and recall of words, order ignored."""
    one, other = Counter(tokens(found)), Counter(tokens(truth))
    shared = (one & other).total()
    return 2 * shared / (one.total() + other.total()) if shared else 0.0


def measure(articles: int) -> tuple[dict[str, Score | None], int]:
    """Read every page with every extractor that is installed."""
    rows = list(pages(articles))
    scores: dict[str, Score | None] = {}
    for name, module, read in READERS:
        if importlib.util.find_spec(module) is None:
            scores[name] = None
            continue
        read(rows[0][0], rows[0][1])
        scores[name] = scored(rows, read)
    return scores, len(rows)


def scored(rows: list[tuple[str, str, str, str, str]], read: Read) -> Score:
    """Return one extractor's figures; a page that it raises on scores nothing."""
    score = Score()
    for page, url, title, as_is, without in rows:
        start = time.process_time()
        try:
            own_title, body = read(page, url)
        except Exception as error:  # noqa: BLE001 - another's extractor may raise anything
            print(f"{read.__name__}: {error!r}", file=sys.stderr)
            own_title, body = "", ""
        score.milliseconds.append((time.process_time() - start) * 1000)
        score.titles += squeeze(own_title) == title
        score.as_is.append(f1(body, as_is))
        if tokens(without):
            score.without.append(f1(body, without))
    return score


def table(scores: dict[str, Score | None], count: int) -> str:
    """Return the figures as a table of Markdown."""
    lines = [
        "| extractor | F1 without captions, boxes | F1 as it is | titles | ms a page |",
        "|---|---|---|---|---|",
    ]
    for name, score in scores.items():
        if score is None:
            lines.append(f"| {name} | not installed | | | |")
            continue
        lines.append(
            f"| {name} | {statistics.mean(score.without):.3f} "
            f"| {statistics.mean(score.as_is):.3f} | {score.titles} of {count} "
            f"| {statistics.median(score.milliseconds):.1f} |"
        )
    return "\n".join(lines)


PAGE = """# Reading article pages

Each field of an article is looked for rung by rung; the first rung that has it wins,
and `found_by` keeps which one that was: JSON-LD, the outlet's module, Open Graph and
microdata, what is printed on the page, and last trafilatura (text) and htmldate
(day). What a page claims is checked against what it prints: a headline is completed
and freed from the outlet's name by the heading, a time in a wrong zone is set right by
the printed minute, an author who bears the outlet's name is none, and one whom the page
prints otherwise is taken as printed.

Why it is done so: [ADR 0027](adr/0027-claims-checked-against-print.md). How to add an
outlet: [sources](sources.md).

## Beside other extractors

`make bench` or `python -m benchmarks.extraction --write` writes this table: {count}
pages of the replay sites, every extractor on the same pages in one run, processor
time of one core. The texts to compare with were taken by machine and hold captions
and boxes of other articles; the first column leaves out what stands in the outlets'
own elements for these.

{table}
"""


def main() -> int:
    """Measure and print; write the page if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if not SHARED.exists():
        print("benchmarks.extraction needs ../shared beside the checkout")
        return 0
    scores, count = measure(args.articles)
    print(table(scores, count))
    if args.write:
        page = PAGE.format(count=count, table=table(scores, count))
        DOC.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

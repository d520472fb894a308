"""Files of posts on the web."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from scrapy.http import Response

from crawlers.files import import_body
from crawlers.found import FoundPost
from crawlers.spiders.source import SourceSpider, Yields, content_type
from domain.errors import QuarantineError

_BY_TYPE = {"text/csv": ".csv", "json": ".jsonl", "spreadsheetml": ".xlsx"}


class FileSpider(SourceSpider):
    """Fetches one CSV, JSON Lines or XLSX file and reads its rows."""

    name = "file"

    def parse(self, response: Response) -> Yields:
        if response.status != 200:  # noqa: PLR2004 - the HTTP status
            if response.status >= 400:  # noqa: PLR2004 - the HTTP status
                self.visit.tally.fail(f"http_{response.status}")
            return
        found: list[FoundPost] = []
        name = _name(response)
        try:
            report = import_body(
                response.body, name, self.visit.spec, self.visit.deps, found.append
            )
        except QuarantineError as error:
            self.visit.tally.fail(error.reason)
            return
        self.visit.files.append(report)
        self.visit.tally.errors.update(row.reason for row in report.rejected)
        yield from found


def _name(response: Response) -> str:
    path = PurePosixPath(urlsplit(response.url).path)
    if path.suffix.lower() in {".csv", ".jsonl", ".ndjson", ".json", ".xlsx"}:
        return path.name
    kind = content_type(response)
    return next(
        (f"{path.name}{s}" for k, s in _BY_TYPE.items() if k in kind), path.name
    )

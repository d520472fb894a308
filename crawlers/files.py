"""Files of posts: exports of other tools, archives, what was collected by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from crawlers.deps import CrawlDeps
from crawlers.found import FoundPost
from crawlers.ingest import Ingest
from crawlers.pseudonym import pseudonym
from crawlers.rows import Row, rows_of
from crawlers.tally import Tally
from domain.errors import QuarantineError
from domain.events import PostEvent
from domain.ids import PostId
from domain.labels import PostKind
from domain.post import MAX_TEXT, Post
from domain.profile import SourceSpec
from extraction.charset import tidy
from extraction.dates import parse_when
from extraction.urls import canonical_url

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "mã", "post_id"),
    "url": ("url", "link", "đường dẫn", "liên kết"),
    "title": ("title", "tiêu đề"),
    "lead": ("lead", "abstract", "summary", "sapo", "tóm tắt"),
    "text": ("text", "content", "body", "nội dung"),
    "published": ("published", "date", "time", "created_at", "ngày đăng", "thời gian"),
    "author": ("author", "user", "tác giả", "người đăng"),
    "outlet": ("outlet", "source", "nguồn", "báo"),
    "section": ("section", "category", "chuyên mục"),
    "kind": ("kind", "type", "loại"),
    "thread": ("thread", "thread_id", "chủ đề"),
    "parent": ("parent", "parent_id", "trả lời"),
}
"""Field → names of the column that are understood without a mapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that became no post.

    `reason` is a stable code: `unreadable`, `no_text`, `no_identity`, `bad_date`,
    `future_date`, `bad_kind`, `repeated`.
    """

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of a file's rows."""

    name: str
    rows: int
    taken: int
    rejected: tuple[RejectedRow, ...]


class _RowError(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def file_import(
    path: Path,
    spec: SourceSpec,
    deps: CrawlDeps,
    on_event: Callable[[PostEvent], None] | None = None,
    tally: Tally | None = None,
) -> FileReport:
    """Hand a file's rows over to `deps.topic`; needs no reactor.

    `spec.columns` maps our field names to the file's column heads. Raises
    `QuarantineError` for a file that cannot be read at all, `StoreFullError` and
    `RetryLaterError` from the stores; a second import of the file continues where the
    first one stopped, as known rows are skipped.
    """
    tally = tally or Tally(source=spec.id, started=deps.clock.now())
    ingest = Ingest(deps, tally, on_event)
    try:
        body = path.read_bytes()
    except OSError as error:
        raise QuarantineError(
            f"{path.name} cannot be read: {error.strerror}.", reason="file_missing"
        ) from error
    report = import_body(body, path.name, spec, deps, ingest.take)
    ingest.close()
    tally.errors.update(row.reason for row in report.rejected)
    return report


def import_body(
    body: bytes,
    name: str,
    spec: SourceSpec,
    deps: CrawlDeps,
    take: Callable[[FoundPost], None],
) -> FileReport:
    """Turn rows into findings; `take` gets each, the refused ones are reported."""
    rejected: list[RejectedRow] = []
    known: set[PostId] = set()
    rows = 0
    fetched = deps.clock.now()
    trace = sha256(body).hexdigest()[:32]
    for line, row in rows_of(body, name):
        rows += 1
        try:
            post = _post(row, spec, deps, fetched)
            _check_new(post.id, known)
        except _RowError as error:
            rejected.append(
                RejectedRow(line=line, reason=error.reason, detail=str(error))
            )
            continue
        known.add(post.id)
        take(FoundPost(post=post, trace=trace, requested=post.url))
    return FileReport(name=name, rows=rows, taken=len(known), rejected=tuple(rejected))


def _check_new(post_id: PostId, known: set[PostId]) -> None:
    if post_id in known:
        raise _RowError("repeated", f"{post_id} stands in a row above")


def is_local(url: str) -> bool:
    """Tell whether a file source's address is a path and not a web address."""
    return urlsplit(url).scheme not in {"http", "https"}


def local_path(url: str) -> Path:
    """Return the path that a `file:` address or a plain path names."""
    return Path(unquote(urlsplit(url).path) if url.startswith("file:") else url)


def _post(row: Row | str, spec: SourceSpec, deps: CrawlDeps, fetched: datetime) -> Post:
    if isinstance(row, str):
        raise _RowError("unreadable", row)
    cells = {name: _value(row, name, spec.columns) for name in COLUMNS}
    text, title = cells["text"][:MAX_TEXT], cells["title"]
    if not text and not title:
        raise _RowError("no_text", "neither text nor title")
    url = canonical_url(cells["url"])
    kind = _kind(cells["kind"], url)
    own = _id(spec, cells["id"], url)
    press = kind is PostKind.ARTICLE
    return Post(
        id=own,
        revision=1,
        source=spec.id,
        kind=kind,
        url=url or f"import:{own}",
        fetched=fetched,
        title=title,
        lead=cells["lead"],
        text=text,
        thread_id=_named(spec, cells["thread"]),
        parent_id=_named(spec, cells["parent"]),
        byline=cells["author"] if press else "",
        author=None
        if press
        else pseudonym(deps.pseudonym_key, spec.id, cells["author"]),
        outlet=cells["outlet"] or spec.name,
        section=cells["section"],
        published=_published(cells["published"], fetched),
        found_by=(("text", "file"),),
    )


def _value(row: Row, name: str, columns: Mapping[str, str]) -> str:
    if name in columns:
        return tidy(row.get(columns[name], "")).strip()
    lower = {key.lower().strip(): value for key, value in row.items()}
    found = (lower[known] for known in COLUMNS[name] if lower.get(known))
    return tidy(next(found, "")).strip()


def _kind(text: str, url: str) -> PostKind:
    if not text:
        return PostKind.ARTICLE if url else PostKind.POST
    try:
        return PostKind(text.lower())
    except ValueError as error:
        known = ", ".join(PostKind)
        raise _RowError("bad_kind", f"{text!r} is none of {known}") from error


def _id(spec: SourceSpec, native: str, url: str) -> PostId:
    if url:
        return PostId(f"url:{url}")
    if native:
        return PostId(f"{spec.id}:{native}")
    raise _RowError("no_identity", "neither id nor a web address")


def _named(spec: SourceSpec, native: str) -> PostId | None:
    return PostId(f"{spec.id}:{native}") if native else None


def _published(text: str, fetched: datetime) -> datetime | None:
    if not text:
        return None
    when = parse_when(text)
    if when is None:
        raise _RowError("bad_date", f"{text!r} is no date")
    if when > fetched:
        raise _RowError("future_date", f"{text!r} lies in the future")
    return when

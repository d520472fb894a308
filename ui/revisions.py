"""What became of a post over time: when it was seen, edited, gone, and what changed.

Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from domain.labels import GoneReason
from searchindex.document import Document, EarlierRevision
from ui.difference import counts, difference
from ui.masking import without_personal_data
from ui.passages import Piece
from ui.wording import Wording

Moment = Callable[[datetime | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a post's time line; `kind` names its words under `life`."""

    kind: str
    when: str
    what: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an edit changed; `masked` when only hidden personal data differs."""

    revision: int
    when: str
    said: str
    title: tuple[Piece, ...]
    pieces: tuple[Piece, ...]
    masked: bool


def timeline(document: Document, words: Wording, moment: Moment) -> tuple[Event, ...]:
    """Return what is known of the post's life, oldest first."""
    post = document.post
    found: list[tuple[datetime, Event]] = []

    def add(kind: str, when: datetime, evidence: str = "", **more: object) -> None:
        what = words(f"life.{kind}", **more)
        event = Event(kind=kind, when=moment(when), what=what, evidence=evidence)
        found.append((when, event))

    if post.published is not None:
        add("published", post.published)
    for revision in _revisions(document):
        first = revision.revision == 1
        kind = "seen" if first else "revised"
        add(kind, revision.fetched, revision.evidence, count=revision.revision)
    for gone in document.passed:
        moved = gone.moved_to if gone.reason is GoneReason.MOVED else None
        kind = "moved_to" if moved else gone.reason.value
        add(kind, gone.at, address=moved or "")
    found.sort(key=lambda pair: pair[0])
    return tuple(event for _, event in found)


def edits(document: Document, words: Wording, moment: Moment) -> tuple[Edit, ...]:
    """Return what each edit changed, the newest first, personal data hidden."""
    revisions = _revisions(document)
    return tuple(_edit(old, new, words, moment) for old, new in pairwise(revisions))[
        ::-1
    ]


def labelled(found: tuple[Piece, ...], words: Wording) -> tuple[Piece, ...]:
    """Give pieces their words: «thêm», «bỏ», and how much is folded."""
    return tuple(
        replace(piece, label=_label(piece, words)) if piece.kind else piece
        for piece in found
    )


def _label(piece: Piece, words: Wording) -> str:
    count = words.number(len(piece.text.split()))
    return words(f"change.{piece.kind}", count=count)


def _edit(
    old: EarlierRevision, new: EarlierRevision, words: Wording, moment: Moment
) -> Edit:
    def compared(before: str, after: str) -> tuple[Piece, ...]:
        clean = (without_personal_data(text, words) for text in (before, after))
        return labelled(difference(*clean), words)

    title = compared(old.title, new.title) if old.title != new.title else ()
    pieces = compared(old.text, new.text) if old.text != new.text else ()
    added, removed = counts((*title, *pieces))
    said = words(
        "change.counts", added=words.number(added), removed=words.number(removed)
    )
    return Edit(
        revision=new.revision,
        when=moment(new.fetched),
        said=said,
        title=title,
        pieces=pieces,
        masked=not added and not removed,
    )


def _revisions(document: Document) -> list[EarlierRevision]:
    """Return all known texts, the present one last."""
    return [*document.history, EarlierRevision.of(document.post)]

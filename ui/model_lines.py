"""What the page on models says, as words and table cells; pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.labels import Verdict
from jobs.learning.agreement import Agreement, Kappa
from ui.reading import Reading
from ui.wording import Wording


class Interval(Protocol):
    """A figure with its interval."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class Measure(Protocol):
    """What a figure is of."""

    @property
    def part(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def texts(self) -> int: ...


class Pair(Measure, Protocol):
    """A figure of both models."""

    @property
    def live(self) -> Interval: ...
    @property
    def candidate(self) -> Interval: ...
    @property
    def worse(self) -> bool: ...


class Made(Protocol):
    """What a version was made of."""

    @property
    def at(self) -> datetime: ...
    @property
    def corpus(self) -> int: ...
    @property
    def reviews(self) -> int: ...
    @property
    def review_weight(self) -> float: ...
    @property
    def reviewers(self) -> int: ...
    @property
    def largest_share(self) -> float: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...


class Shadow(Protocol):
    """What a candidate would have changed."""

    @property
    def compared(self) -> int: ...
    @property
    def more(self) -> int: ...
    @property
    def more_confirmed(self) -> int: ...
    @property
    def more_denied(self) -> int: ...
    @property
    def fewer(self) -> int: ...
    @property
    def fewer_confirmed(self) -> int: ...
    @property
    def fewer_denied(self) -> int: ...
    @property
    def at(self) -> datetime | None: ...


class Recalled(Protocol):
    """An estimate of the share of harm that is found."""

    @property
    def value(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def unflagged(self) -> int: ...
    @property
    def sample_reviewed(self) -> int: ...
    @property
    def sample_harmful(self) -> int: ...
    @property
    def since(self) -> datetime: ...


def recall_line(reading: Reading, found: Recalled | None) -> str:
    """Say how much harm is estimated to be found, and what that rests on."""
    words = reading.words
    if found is None or found.value is None:
        return words("models.recall_none")
    return words(
        "models.recall",
        value=words.percent(found.value),
        low=words.percent(found.low or 0.0),
        high=words.percent(found.high or 0.0),
        since=reading.moment(found.since),
        sample=words.number(found.sample_reviewed),
        harmful=words.number(found.sample_harmful),
        unflagged=words.number(found.unflagged),
    )


def figure(words: Wording, of: Measure, value: Interval) -> str:
    """Write a figure with its interval; a cost plainly, all else in per cent."""
    if of.name == "cost":
        return f"{words.number(value.value, 3)} ({_cost(words, value)})"
    low, high = words.number(100 * value.low, 1), words.number(100 * value.high, 1)
    whole = f"{words.number(100 * value.value, 1)}%"
    return whole if low == high else f"{whole} ({low}–{high})"


def _cost(words: Wording, value: Interval) -> str:
    return f"{words.number(value.low, 3)}–{words.number(value.high, 3)}"


def named(reading: Reading, of: Measure) -> list[str]:
    """Return what it was measured on, which figure it is, on how many texts.

    A part that an earlier version measured on keeps the name it was stored by.
    """
    words = reading.words
    key = f"part_{of.part.replace(' ', '_')}"
    part = words.section("models").get(key, of.part)
    return [part, words(f"models.f_{of.name}"), words.number(of.texts)]


def compared(reading: Reading, pairs: Sequence[Pair]) -> list[list[str]]:
    """Return a table row for each pair; a worse one says so in a word."""
    words = reading.words
    return [
        [
            *named(reading, pair),
            figure(words, pair, pair.live),
            figure(words, pair, pair.candidate),
            words("models.worse") if pair.worse else "",
        ]
        for pair in pairs
    ]


def made_of(reading: Reading, made: Made | None) -> str:
    """Say when and on what a version was trained."""
    words = reading.words
    if made is None:
        return words("models.installed")
    said = words(
        "models.made",
        at=reading.moment(made.at),
        corpus=words.number(made.corpus),
        reviews=words.number(made.reviews),
        weight=words.number(made.review_weight, 2),
        reviewers=words.number(made.reviewers),
        since=reading.moment(made.since),
        until=reading.moment(made.until),
    )
    if not 0 < made.largest_share < 1:  # not known, or of the only one there is
        return said
    share = words.percent(made.largest_share)
    return f"{said} {words('models.largest_share', share=share)}"


def shadow_lines(reading: Reading, shadow: Shadow) -> list[str]:
    """Say what would have been flagged otherwise, and what reviewers said of it."""
    words = reading.words
    if shadow.at is None:
        return [words("models.shadow_waits")]
    return [
        words("models.shadow_compared", count=words.number(shadow.compared)),
        words(
            "models.shadow_more",
            count=words.number(shadow.more),
            confirmed=words.number(shadow.more_confirmed),
            denied=words.number(shadow.more_denied),
        ),
        words(
            "models.shadow_fewer",
            count=words.number(shadow.fewer),
            confirmed=words.number(shadow.fewer_confirmed),
            denied=words.number(shadow.fewer_denied),
        ),
        words("models.shadow_at", at=reading.moment(shadow.at)),
    ]


def agreed(reading: Reading, kappas: Sequence[Kappa]) -> list[list[str]]:
    """Return a table row for each label: on how many posts, and kappa."""
    words = reading.words
    return [
        [
            reading.label(
                "verdicts" if isinstance(one.label, Verdict) else "harms", one.label
            ),
            words.number(one.pairs),
            words.number(one.named),
            _kappa(words, one),
        ]
        for one in kappas
    ]


def _kappa(words: Wording, one: Kappa) -> str:
    low, high = words.number(one.low, 2), words.number(one.high, 2)
    value = "–" if one.value is None else words.number(one.value, 2)
    return f"{value} ({low}–{high})"


def confirmed(reading: Reading, found: Agreement) -> str:
    """Say what the figures rest on, and how often severe verdicts were confirmed."""
    words = reading.words
    said = words("models.agreement_note" if found.kappas else "models.agreement_none")
    if not found.severe:
        return said
    severe, stood = words.number(found.severe), words.number(found.confirmed)
    return f"{said} {words('models.confirmed', severe=severe, confirmed=stood)}"

"""Labelled texts, as the corpus, the profile's examples and verdicts hand them in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from domain.errors import ConfigurationError
from domain.labels import Harm, Label, PostKind, Stance, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled text. `stance` is `-` and `owed` False where it is no article.

    `speaks` names the harms and labels that whoever labelled it spoke about; None
    means all of them, topic and stance too. `weight` is what it counts beside a text of
    the corpus.
    """

    id: str
    text: str
    title: str = ""
    kind: PostKind = PostKind.POST
    harm: tuple[Harm, ...] = ()
    complaint: bool = False
    claim: bool = False
    owed: bool = False
    stance: str = "-"
    topic: Topic = Topic.OTHER
    register: str = "casual"
    note: str = ""
    speaks: tuple[str, ...] | None = None
    weight: float = 1.0

    @property
    def whole_text(self) -> str:
        """Title and text, a line each, as `Post.whole_text` joins them."""
        return "\n".join(part for part in (self.title, self.text) if part)

    @property
    def honest(self) -> bool:
        """Whether it is a complaint that does no harm: the posts to protect."""
        return self.complaint and not self.harm

    def speaks_of(self, name: str) -> bool:
        """Tell whether an answer to that question may be read from the row."""
        return self.speaks is None or name in self.speaks

    @property
    def speaks_of_harm(self) -> bool:
        """Whether the row tells if the text is harmful at all."""
        return any(self.speaks_of(harm) for harm in Harm)

    def is_true(self, name: str) -> bool:
        """Tell whether the harm or label of that name holds."""
        match name:
            case Label.COMPLAINT:
                return self.complaint
            case Label.CHECKABLE_CLAIM:
                return self.claim
            case Label.ANSWER_OWED:
                return self.owed
            case _:
                return Harm(name) in self.harm


def row_from(data: Mapping[str, Any]) -> Row:
    """Build a row from a JSON object; unknown keys are left out, bad names raise."""
    try:
        stance = str(data.get("stance", "-"))
        return Row(
            id=str(data["id"]),
            text=str(data["text"]),
            title=str(data.get("title", "")),
            kind=PostKind(data.get("kind", "post")),
            harm=tuple(Harm(name) for name in data.get("harm", ())),
            complaint=bool(data.get("complaint")),
            claim=bool(data.get("claim")),
            owed=bool(data.get("owed")),
            stance=stance if stance == "-" else Stance(stance).value,
            topic=Topic(data.get("topic", "other")),
            register=str(data.get("register", "casual")),
            note=str(data.get("note", "")),
            speaks=None if data.get("speaks") is None else tuple(data["speaks"]),
            weight=float(data.get("weight", 1.0)),
        )
    except (KeyError, ValueError) as error:
        raise ConfigurationError(
            f"A labelled text cannot be used ({data.get('id', '?')}): {error}.",
            hint="See classifier/corpus/DATASHEET.md for the names allowed.",
        ) from error


def rows_from(examples: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Build rows from a profile's examples (`domain.profile.Profile.examples`)."""
    return [row_from(example) for example in examples]


def read_rows(path: Path) -> list[Row]:
    """Read a JSONL file, or every JSONL file of a folder in order of name."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = []
    for file in files:
        # Split at \n only: texts may hold other line separators.
        lines = file.read_text(encoding="utf-8").split("\n")
        rows += [row_from(json.loads(line)) for line in lines if line]
    return rows


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write a JSONL file, one row a line."""
    lines = (json.dumps(_object(row), ensure_ascii=False) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


def _object(row: Row) -> dict[str, Any]:
    """Return the row as JSON; what only reviewed posts have is theirs alone."""
    made = asdict(row)
    if row.speaks is None:
        del made["speaks"], made["weight"]
    return made

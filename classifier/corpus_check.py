"""Keeps the corpus honest: no near-copies, no template flood, test and guard frozen.

`python -m classifier.corpus_check` checks; `--write` first removes near-copies and
renews the frozen digests and the counts in the datasheet.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from classifier.alike import similar_pairs, similar_within
from classifier.rows import Row, read_rows, write_rows
from classifier.tokens import tokenise
from domain.labels import Harm

CORPUS = Path(__file__).parent / "corpus"
FROZEN = "FROZEN.json"
PARTS = ("test", "guard")

COPY = 0.8
"""Jaccard similarity of five-letter groups from which two texts are one."""
LEAK = 0.6
"""The same, of a training text and one of the test or guard part."""
MIN_POSTS = 2_500
MIN_ANGRY = 300
MAX_TEMPLATE_SHARE = 0.2

_OPENING = 4
_COMMON_WORDS = 200
_SKELETON = 5


def drop_near_copies(
    rows: Sequence[Row], held: Sequence[Row] = (), *, copy: float = COPY
) -> list[Row]:
    """Keep the first of each group of near-copies, and none like one of `held`."""
    dropped: set[int] = set()
    for first, second, _ in similar_within(rows, copy):
        if first not in dropped:
            dropped.add(second)
    dropped.update(place for place, _, _ in similar_pairs(rows, held, LEAK))
    return [row for place, row in enumerate(rows) if place not in dropped]


def template_share(rows: Sequence[Row]) -> float:
    """Return the share of texts whose first four words or skeleton recur.

    A skeleton is the order of a text's common words (of the commonest 200), all others
    blanked; it counts where it holds at least five common words.
    """
    texts = [
        [token.folded for token in tokenise(row.whole_text) if token.kind != "sign"]
        for row in rows
    ]
    frequent = Counter(word for words in texts for word in words)
    common = {word for word, _ in frequent.most_common(_COMMON_WORDS)}
    openings = [tuple(words[:_OPENING]) for words in texts]
    skeletons = [
        tuple(word if word in common else "·" for word in words) for words in texts
    ]
    opened, shaped = Counter(openings), Counter(skeletons)
    recurring = sum(
        opened[opening] > 1
        or (shaped[bones] > 1 and sum(w != "·" for w in bones) >= _SKELETON)
        for opening, bones in zip(openings, skeletons, strict=True)
    )
    return recurring / max(len(rows), 1)


def angry_complaints(rows: Iterable[Row]) -> int:
    """Count angry complaints that do no harm."""
    return sum(row.honest and row.note == "angry" for row in rows)


def digests(corpus: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of the frozen parts."""
    return {
        f"{part}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for part in PARTS
        for path in sorted((corpus / part).glob("*.jsonl"))
    }


def faults(corpus: Path = CORPUS) -> list[str]:
    """Return what is wrong with the corpus, in words; empty when it is sound."""
    train = read_rows(corpus / "train")
    held = [row for part in PARTS for row in read_rows(corpus / part)]
    found = []
    if len(train) + len(held) < MIN_POSTS:
        found.append(f"only {len(train) + len(held)} posts, {MIN_POSTS} wanted")
    if (angry := angry_complaints([*train, *held])) < MIN_ANGRY:
        found.append(f"only {angry} angry complaints, {MIN_ANGRY} wanted")
    if (copies := len(train) - len(drop_near_copies(train, held))) > 0:
        found.append(f"{copies} near-copies in the training part")
    if len(held) != len(drop_near_copies(held)):
        found.append("near-copies in or between test and guard")
    if (share := template_share([*train, *held])) >= MAX_TEMPLATE_SHARE:
        found.append(f"{share:.0%} of the posts look made from templates")
    if json.loads((corpus / FROZEN).read_text("utf-8")) != digests(corpus):
        found.append("test or guard changed after they were frozen")
    return found


def counts(parts: Mapping[str, Sequence[Row]]) -> str:
    """Return a Markdown table of posts by label and register, a column per part."""
    names = ["posts", *(h.value for h in Harm), "harmless", "complaint"]
    names += ["angry complaint", "checkable_claim", "answer_owed"]
    columns = {name: _count(rows) for name, rows in parts.items()}
    registers = sorted({key for c in columns.values() for key in c} - set(names))
    head = f"| | {' | '.join(parts)} |\n|---|{'---|' * len(parts)}\n"
    return head + "".join(
        f"| {name} | {' | '.join(str(columns[part][name]) for part in parts)} |\n"
        for name in [*names, *registers]
    )


def _count(rows: Sequence[Row]) -> Counter[str]:
    found: Counter[str] = Counter(posts=len(rows))
    for row in rows:
        found.update(harm.value for harm in row.harm)
        found["harmless"] += not row.harm
        found["complaint"] += row.complaint
        found["angry complaint"] += row.honest and row.note == "angry"
        found["checkable_claim"] += row.claim
        found["answer_owed"] += row.owed
        found[f"register {row.register}"] += 1
        found[f"kind {row.kind}"] += 1
    return found


_BEGIN, _END = "<!-- counts -->\n", "<!-- end of counts -->"


def renew(corpus: Path = CORPUS) -> None:
    """Remove near-copies, freeze test and guard, and renew the datasheet's counts."""
    held: list[Row] = []
    for part in PARTS:
        for path in sorted((corpus / part).glob("*.jsonl")):
            rows = drop_near_copies(read_rows(path), held)
            write_rows(path, rows)
            held += rows
    files = {p: read_rows(p) for p in sorted((corpus / "train").glob("*.jsonl"))}
    kept = drop_near_copies([row for rows in files.values() for row in rows], held)
    ids = {row.id for row in kept}
    for path, rows in files.items():
        write_rows(path, [row for row in rows if row.id in ids])
    frozen = json.dumps(digests(corpus), indent=2) + "\n"
    (corpus / FROZEN).write_text(frozen, encoding="utf-8")
    sheet = corpus / "DATASHEET.md"
    text = sheet.read_text(encoding="utf-8")
    begin, end = text.index(_BEGIN) + len(_BEGIN), text.index(_END)
    parts = {part: read_rows(corpus / part) for part in ("train", *PARTS)}
    every = [row for rows in parts.values() for row in rows]
    share = f"\nShare that looks made from templates: {template_share(every):.1%}.\n"
    sheet.write_text(text[:begin] + counts(parts) + share + text[end:], "utf-8")


def main(arguments: Sequence[str]) -> int:
    """Check (after `--write`, renew) and report faults on standard error."""
    if "--write" in arguments:
        renew()
    found = faults()
    sys.stderr.write("".join(f"{fault}\n" for fault in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Why a post is in its queues, in the reader's words. Pure."""

from collections.abc import Iterable, Iterator

from domain.analysis import Analysis
from domain.labels import About, Harm, Label, PostKind, Queue
from ui.reading import Reading

MOST_QUOTED = 3
"""Words that the sentence names: it must stay one that is read at a glance."""

_QUOTES = dict.fromkeys(map(ord, '"“”„«»‹›'))
_EDGES = " '‘’?!.,;:…()[]–-"


def sentence(analysis: Analysis, terms: Iterable[str], reading: Reading) -> str:
    """Say in one sentence why the post is here, with the terms that told."""
    words = reading.words
    if analysis.sampled and analysis.about not in {About.PROVINCE, About.MENTION}:
        return words("why.sampled")
    said = ". ".join(reasons(analysis, reading)).rstrip(".")
    if not said:
        return words("why.none")
    bare = [found for t in terms if (found := quotable(t))]
    quoted = ", ".join(f"“{t}”" for t in list(dict.fromkeys(bare))[:MOST_QUOTED])
    if not quoted:
        return f"{said}."
    return words("why.sentence", said=said, terms=quoted)


def quotable(term: str) -> str:
    """Return a term as it can stand between quotation marks, empty without a word.

    Terms are cut out of texts, so half of a pair of quotation marks may hang on them.
    """
    bare = term.translate(_QUOTES).strip(_EDGES)
    return bare if any(c.isalnum() for c in bare) else ""


def reasons(analysis: Analysis, reading: Reading) -> list[str]:
    """Name the reasons in the reader's language, from what the analysis holds.

    What it says of itself (`Analysis.why`) is Vietnamese; it is shown where nothing
    else tells the reason.
    """
    keys = list(_reason_keys(analysis))
    harms = [s.name for s in analysis.judgement.labels if s.flagged]
    names = ", ".join(reading.signal(n).lower() for n in harms if n in set(Harm))
    found = [reading.words(f"why.{key}", names=names) for key in keys]
    note = reading.words.told(analysis.judgement.note.strip())
    if keys in ([], ["drawn"]) and analysis.why.strip():
        return [*found, analysis.why.strip()]
    return [*found, note] if note else found


def _reason_keys(analysis: Analysis) -> Iterator[str]:
    """Yield what put the post into its queues, as `pipeline.queues` has it."""
    queues, judged = analysis.queues, analysis.judgement
    if analysis.sampled:
        yield "drawn"
    elif Queue.HARMFUL in queues:
        yield "harmful"
    if Queue.CLAIMS in queues and judged.flagged(Label.CHECKABLE_CLAIM):
        yield "claim"
    if Queue.ANSWERS in queues:
        is_report = analysis.post.kind is PostKind.REPORT
        yield "report" if is_report else "complaint"
    if judged.strange and analysis.about is About.PROVINCE:
        yield "strange"
    if Queue.PRESS in queues:
        yield _press_key(analysis)


def _press_key(analysis: Analysis) -> str:
    if analysis.about is About.MENTION:
        return "press_mention"
    owed = analysis.judgement.flagged(Label.ANSWER_OWED)
    return "press_owed" if owed else "press"

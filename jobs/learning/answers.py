"""Which labels a verdict speaks about, and what it says of them. Pure.

A verdict answers fewer questions than the corpus does. What it leaves open is left out
of training instead of being taken for «no».
"""

from collections.abc import Collection, Mapping

from domain.labels import Harm, Label, PostKind, Verdict

CHECKED = frozenset({Verdict.FALSE, Verdict.MISLEADING, Verdict.TRUE})
"""Somebody held a statement against evidence, so there was one to check."""

SILENT = frozenset({Verdict.INSUFFICIENT, Verdict.OUT_OF_SCOPE})
"""Verdicts that say nothing of any label: no ground to judge, or not our place."""


def answers(
    verdict: Verdict,
    harm: Harm | None,
    *,
    kind: PostKind,
    flagged: Collection[str] = (),
) -> Mapping[str, bool]:
    """Return the labels that a verdict speaks about, each with its answer.

    `flagged` names what the reader saw flagged. «No issue» and «legitimate criticism»
    deny the harms flagged, or all of them where none was: then the reader looked at the
    whole text and found none.
    """
    said: dict[str, bool] = {}
    if verdict in CHECKED:
        said[Label.CHECKABLE_CLAIM.value] = True
    if harm is not None:
        said[harm.value] = True
    match verdict:
        case Verdict.LEGITIMATE_CRITICISM:
            said |= _no_harm(flagged)
            said[Label.COMPLAINT.value] = True
        case Verdict.NO_ISSUE:
            said |= _no_harm(flagged)
            said |= {label.value: False for label in Label if label.value in flagged}
        case Verdict.ANSWER_NEEDED:
            article = kind is PostKind.ARTICLE
            said[(Label.ANSWER_OWED if article else Label.COMPLAINT).value] = True
        case _:
            pass
    return said


def _no_harm(flagged: Collection[str]) -> dict[str, bool]:
    shown = [harm.value for harm in Harm if harm.value in flagged]
    return dict.fromkeys(shown or [harm.value for harm in Harm], False)


def contradict(one: Mapping[str, bool], other: Mapping[str, bool]) -> bool:
    """Tell whether two reviewers cannot both be right.

    They answer one question differently, or one names a harm and the other denies that
    there is any.
    """
    if any(one[name] is not other[name] for name in one.keys() & other.keys()):
        return True
    return (_harmful(one) and _harmless(other)) or (_harmful(other) and _harmless(one))


def _harmful(said: Mapping[str, bool]) -> bool:
    return any(said.get(harm.value) is True for harm in Harm)


def _harmless(said: Mapping[str, bool]) -> bool:
    return any(said.get(harm.value) is False for harm in Harm)

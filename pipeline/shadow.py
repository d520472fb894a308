"""A candidate judges what the live model judged; only differences are written down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from classifier.port import Classifier
from domain.analysis import Analysis, Judgement
from domain.labels import About
from domain.profile import SourceSpec
from domain.shadow import ShadowDiffers
from pipeline.stages import Screened, subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The live model, and the one that is tried beside it, if any."""

    live: Classifier
    candidate: Classifier | None = None


def differences(
    screened: Sequence[Screened],
    analyses: Sequence[Analysis],
    candidate: Classifier,
    sources: Mapping[str, SourceSpec],
) -> Iterator[ShadowDiffers]:
    """Yield where the candidate flags otherwise; both sequences in the same order.

    Looks only at posts about the province that the live model judged: no other reaches
    a queue by its flags.
    """
    pairs = [
        (item, made)
        for item, made in zip(screened, analyses, strict=True)
        if made.about is About.PROVINCE and made.judgement.labels
    ]
    subjects = [subject_of(item, sources) for item, _ in pairs]
    tried = candidate.judge(subjects, explain=False)
    for (_, made), said in zip(pairs, tried, strict=True):
        live, other = _flags(made.judgement), _flags(said)
        if set(live) != set(other):
            yield ShadowDiffers(
                post_id=made.post.id,
                revision=made.post.revision,
                at=made.analysed_at,
                live=made.judgement.model,
                candidate=candidate.version,
                live_flags=live,
                candidate_flags=other,
            )


def _flags(judgement: Judgement) -> tuple[str, ...]:
    return tuple(score.name for score in judgement.labels if score.flagged)

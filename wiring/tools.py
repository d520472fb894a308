"""The cascade's functions for one province."""

from dataclasses import dataclass

from classifier.port import Classifier
from domain.post import Post
from domain.profile import Profile
from nlp.entities import entities
from nlp.fingerprint import fingerprint
from nlp.language import language
from nlp.normalise import normalise
from nlp.personal_data import personal_data
from nlp.places import Inherited as PlaceInherited
from nlp.places import PlaceGate
from nlp.segment import segment
from pipeline.stages import Inherited, Place, Tools


@dataclass(frozen=True, slots=True)
class ProfileGate:
    """The place gate behind the cascade's interface."""

    gate: PlaceGate

    def __call__(
        self, post: Post, *, inherited: Inherited | None, source_about: str
    ) -> Place:
        handed = (
            PlaceInherited(about=inherited.about, units=inherited.units)
            if inherited
            else None
        )
        verdict = self.gate.judge(
            post.title,
            post.lead,
            post.text,
            kind=post.kind,
            inherited=handed,
            source_about=source_about,
        )
        return Place(about=verdict.about, hits=verdict.places, why=verdict.why)


def build_tools(
    profile: Profile, classifier: Classifier, *, review_share: float = 0.0
) -> Tools:
    """Choose the functions of the cascade."""
    words = {
        name: text.vi
        for group in ("harms", "signals")
        for name, text in profile.labels.get(group, {}).items()
    }
    rate = float(profile.place_gate.get("sample_rate_of_dropped", 0.02))
    return Tools(
        normalise=lambda text, social: normalise(text, social=social).text,
        language=language,
        gate=ProfileGate(PlaceGate.of(profile)),
        segment=segment,
        entities=entities,
        personal_data=personal_data,
        fingerprint=fingerprint,
        classifier=classifier,
        words=words,
        sample_rate=rate,
        review_share=review_share,
    )

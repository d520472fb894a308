import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.labels import About, PostKind
from nlp.places import PlaceGate
from wiring.profile import load_profile

PROFILE = load_profile("dien-bien")
GATE = PlaceGate.of(PROFILE)
NAMES = st.sampled_from(
    [unit.name for unit in PROFILE.gazetteer.units]
    + [entry.example for entry in PROFILE.gazetteer.misleading]
    + ["tỉnh Điện Biên", "dien bien", "Hà Nội", "số 12", "đường", "1954", "\n", ", "]
)
TEXT = st.lists(st.one_of(NAMES, st.text(max_size=8)), max_size=12).map(" ".join)


@given(TEXT, TEXT, st.sampled_from(PostKind))
@settings(max_examples=60, deadline=None)
def test_any_text_is_judged_with_offsets_inside(
    title: str, text: str, kind: PostKind
) -> None:
    title, text = (unicodedata.normalize("NFC", part) for part in (title, text))
    verdict = GATE.judge(title, "", text, kind=kind)
    length = len(title) + len(text) + 1
    assert 0 <= verdict.score <= 1
    assert verdict.why
    assert all(0 <= hit.start < hit.end <= length for hit in verdict.places)
    assert verdict.places or verdict.about in {
        About.NONE,
        About.OTHER,
        About.HISTORY,
    }

import dataclasses

import msgspec
import pytest

from domain.analysis import Judgement, LabelScore, WeightedTerm
from domain.clock import ManualClock
from domain.ids import PostId
from domain.labels import About, Harm, PostKind, Queue, Verdict
from domain.review import ReviewState
from e2e.console_world import HOSTILE, NOW, analysed, made_post
from pipeline.queues import route
from searchindex.document import Document, EarlierRevision
from ui import reasons, view_models
from ui.reading import Reading
from ui.wording import wording
from wiring.profile import load_profile

SCAM = {"queues": ["harmful"], "harm": ["scam"]}
TEXT = "Cọc trước 300k, chuyển khoản rồi gọi 0900 000 222"


@pytest.fixture
def reading() -> Reading:
    return Reading(
        profile=load_profile("dien-bien"),
        words=wording("vi"),
        now=ManualClock(NOW).now(),
    )


def _document(text: str = TEXT, *, revision: int = 1) -> Document:
    post = made_post("x", text, minutes=5, revision=revision)
    return Document(analysis=analysed(post, SCAM))


def test_flagged_words_are_underlined_in_the_original(reading: Reading) -> None:
    view = view_models.post_view(_document(), reading)
    marked = [p for part in view.paragraphs for p in part.pieces if p.kind == "harm"]
    assert {p.text for p in marked} == {"Cọc", "chuyển khoản"}
    assert {p.label for p in marked} == {"Lừa đảo"}


def test_personal_data_travels_only_when_asked_for(reading: Reading) -> None:
    shut = msgspec.json.encode(view_models.post_view(_document(), reading))
    opened = view_models.post_view(_document(), reading, unmasked=True)
    assert b"000 222" not in shut
    assert "[số điện thoại]".encode() in shut
    assert b"000 222" in msgspec.json.encode(opened)


def test_a_row_masks_too(reading: Reading) -> None:
    row = view_models.row(_document(), reading, queue=Queue.HARMFUL)
    assert "000 222" not in row.words
    assert row.label == "Lừa đảo"
    assert row.time == "07:05"


def test_the_reason_is_a_sentence_then_words_then_figures(reading: Reading) -> None:
    view = view_models.post_view(_document(), reading)
    assert view.sentence == (
        "Có dấu hiệu: lừa đảo. Từ ngữ đáng chú ý: “chuyển khoản”, “cọc”."
    )
    assert [flag.name for flag in view.flags] == [Harm.SCAM]
    assert view.flags[0].words[0].weight > view.flags[0].words[1].weight
    assert len(view.figures) > len(view.flags)


def test_a_post_like_nothing_known_says_that_a_person_must_look(
    reading: Reading,
) -> None:
    routed = route(
        Judgement(strange=True),
        about=About.PROVINCE,
        kind=PostKind.POST,
        licensed_press=False,
        words={},
    )
    document = _document()
    changed = dataclasses.replace(
        document.analysis, queues=routed.queues, why=routed.why, judgement=Judgement()
    )
    view = view_models.post_view(
        dataclasses.replace(document, analysis=changed), reading
    )
    assert view.sentence == "Không giống gì đã biết, cần người xem."
    assert view.queues == (Queue.CLAIMS,)
    assert view.flags == ()


def test_light_words_are_not_underlined() -> None:
    terms = [WeightedTerm(term=t, weight=w) for t, w in (("về", 0.4), ("cọc", 8.5))]
    score = LabelScore(
        name="scam", probability=0.9, threshold=0.5, flagged=True, why=tuple(terms)
    )
    assert [term.term for term in view_models.telling(score)] == ["cọc"]
    assert view_models.telling(dataclasses.replace(score, why=())) == []


def test_words_that_are_personal_data_explain_nothing(reading: Reading) -> None:
    document = _document()
    analysis = document.analysis
    score = next(s for s in analysis.judgement.labels if s.flagged)
    start = TEXT.index("0900")
    number = dataclasses.replace(
        score.why[0], term="0900 000 222", spans=((start, start + 12),)
    )
    told = dataclasses.replace(score, why=(number, *score.why))
    judged = dataclasses.replace(analysis.judgement, labels=(told,))
    changed = dataclasses.replace(
        document, analysis=dataclasses.replace(analysis, judgement=judged)
    )
    assert b"0900" not in msgspec.json.encode(view_models.post_view(changed, reading))


def test_a_post_that_is_markup_stays_text(reading: Reading) -> None:
    view = view_models.post_view(_document(HOSTILE), reading)
    text = "\n".join("".join(p.text for p in part.pieces) for part in view.paragraphs)
    assert text == HOSTILE


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//x",
        "http://[",
    ],
)
def test_only_web_addresses_are_followed(url: str) -> None:
    assert view_models.safe_url(url) == ""


def test_a_web_address_is_kept() -> None:
    assert view_models.safe_url("https://a.vn/b?c=1") == "https://a.vn/b?c=1"


def test_a_verdict_on_an_older_revision_says_so(reading: Reading) -> None:
    state = ReviewState(
        post_id=PostId("test:x"),
        revision=1,
        version=1,
        at=NOW,
        by="a",
        verdict=Verdict.HARMFUL,
        harm=Harm.SCAM,
    )
    now = view_models.standing(_document(), state, reading)
    older = view_models.standing(_document(revision=2), state, reading)
    assert now == "Đã kết luận: Gây hại (Lừa đảo)"
    assert "Phiên bản 1" in older
    undone = dataclasses.replace(state, verdict=None)
    assert view_models.standing(_document(), undone, reading) == ""


def test_edits_show_what_changed_without_old_personal_data(reading: Reading) -> None:
    old = EarlierRevision(
        revision=1, fetched=NOW, title="", text="Cầu sập, gọi 0912 345 678"
    )
    document = dataclasses.replace(
        _document("Cầu không sập", revision=2), history=(old,)
    )
    view = view_models.post_view(document, reading)
    kinds = {piece.kind for edit in view.edits for piece in edit.pieces}
    assert {"added", "removed"} <= kinds
    assert b"345" not in msgspec.json.encode(view.edits)


def test_a_copy_shows_its_small_differences(reading: Reading) -> None:
    head = _document()
    same = view_models.copy_of(head, _document(), reading, decided=False)
    other = view_models.copy_of(
        head, _document(TEXT.replace("300k", "500k")), reading, decided=True
    )
    hidden = view_models.copy_of(
        head, _document(TEXT.replace("222", "333")), reading, decided=True
    )
    assert same.same
    assert not hidden.same
    assert hidden.hidden
    assert [p.text for p in other.pieces if p.kind == "added"] == ["500k,"]


def _judged(names: tuple[str, ...], *, strange: bool = False) -> Judgement:
    scores = (
        LabelScore(name=n, probability=0.9, threshold=0.5, flagged=True) for n in names
    )
    return Judgement(labels=tuple(scores), strange=strange, note="Nêu để phản đối")


@pytest.mark.parametrize("about", [About.PROVINCE, About.MENTION])
@pytest.mark.parametrize("kind", [PostKind.POST, PostKind.REPORT, PostKind.ARTICLE])
@pytest.mark.parametrize("strange", [False, True])
@pytest.mark.parametrize(
    "names",
    [
        (),
        ("scam", "panic", "complaint"),
        ("checkable_claim", "answer_owed"),
        ("complaint",),
        ("answer_owed", "hate"),
    ],
)
def test_reasons_say_in_vietnamese_what_the_worker_said(
    reading: Reading,
    about: About,
    kind: PostKind,
    strange: bool,
    names: tuple[str, ...],
) -> None:
    judged = _judged(names, strange=strange)
    labels = reading.profile.labels
    words = {n: text.vi for n, text in labels["harms"].items()}
    routed = route(judged, about=about, kind=kind, licensed_press=True, words=words)
    made = analysed(dataclasses.replace(made_post("x", TEXT, minutes=5), kind=kind), {})
    made = dataclasses.replace(
        made, about=about, judgement=judged, queues=routed.queues, why=routed.why
    )
    assert ". ".join(reasons.reasons(made, reading)) == routed.why
    english = dataclasses.replace(reading, words=wording("en"))
    said = reasons.reasons(made, english)
    assert not routed.queues or said[0] not in routed.why


def test_a_post_drawn_at_random_is_told_apart(reading: Reading) -> None:
    document = _document("Sáng nay chợ phiên đông vui")
    drawn = dataclasses.replace(
        document.analysis,
        judgement=Judgement(),
        queues=(Queue.HARMFUL,),
        why="",
        sampled=True,
    )
    document = Document(analysis=drawn)
    said = (
        "Bài chọn ngẫu nhiên để đo phần gây hại bị bỏ sót; "
        "không có dấu hiệu gây hại nào vượt ngưỡng."
    )
    assert view_models.post_view(document, reading).sentence == said
    row = view_models.row(document, reading, queue=Queue.HARMFUL)
    assert (row.label, row.chance) == ("ngẫu nhiên", "")
    complaint = dataclasses.replace(
        drawn,
        judgement=_judged(("complaint",)),
        queues=(Queue.HARMFUL, Queue.ANSWERS),
        why="Phản ánh, kiến nghị của người dân. Nêu để phản đối",
    )
    both = view_models.post_view(Document(analysis=complaint), reading).sentence
    assert both.startswith(said)
    assert "Phản ánh, kiến nghị của người dân" in both


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        ("lan truyền tin “", "lan truyền tin"),
        ("” lan truyền", "lan truyền"),
        ('tin "vỡ đập', "tin vỡ đập"),
        ("nạp 90%", "nạp 90%"),
        ("?", ""),
        ("“”", ""),
    ],
)
def test_a_term_stands_between_whole_quotation_marks(term: str, shown: str) -> None:
    assert reasons.quotable(term) == shown

"""The time line and the edits of a post."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from domain.events import PostGone
from domain.ids import Digest, PostId
from domain.labels import GoneReason
from e2e.console_world import NOW, analysed, made_post
from searchindex.document import Document, EarlierRevision
from ui import revisions
from ui.wording import wording

WORDS = wording("vi")
HOUR = timedelta(hours=1)


def moment(when):
    return when.strftime("%H:%M") if when else "–"


def document(text, title="Cầu mới", revision=3, **more):
    post = replace(
        made_post("x", text, minutes=0, revision=revision),
        title=title,
        evidence=Digest("sha256:c"),
        published=NOW - 4 * HOUR,
    )
    return Document(analysis=analysed(post, {}), **more)


def earlier(revision, text, title="Cầu cũ"):
    return EarlierRevision(
        revision=revision,
        fetched=NOW - (4 - revision) * HOUR,
        title=title,
        text=text,
        evidence=f"sha256:{revision}",
    )


HISTORY = (earlier(1, "Cầu sập năm người"), earlier(2, "Cầu sập sáu người"))


def gone(reason, **more):
    return PostGone(
        post_id=PostId("x"), revision=3, reason=reason, at=NOW + HOUR, **more
    )


def test_the_life_of_a_post_in_order_with_its_captures():
    found = revisions.timeline(
        document("Cầu không sập", history=HISTORY, passed=(gone(GoneReason.DELETED),)),
        WORDS,
        moment,
    )
    assert [event.kind for event in found] == [
        "published",
        "seen",
        "revised",
        "revised",
        "deleted",
    ]
    assert [event.evidence for event in found[1:4]] == [
        "sha256:1",
        "sha256:2",
        "sha256:c",
    ]
    assert found[2].what == "Đã sửa: phiên bản 2"
    assert found[-1].when == moment(NOW + HOUR)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"passed": (gone(GoneReason.RESTORED),)}, "Xuất hiện trở lại"),
        ({"passed": (gone(GoneReason.MOVED),)}, "Đã chuyển địa chỉ"),
        (
            {"passed": (gone(GoneReason.MOVED, moved_to="https://b.vn/<x>"),)},
            "Đã chuyển đến https://b.vn/<x>",
        ),
    ],
)
def test_what_became_of_it_is_said(state, said):
    assert revisions.timeline(document("A", **state), WORDS, moment)[-1].what == said


def test_each_removal_and_return_has_its_line():
    reasons = (GoneReason.DELETED, GoneReason.RESTORED, GoneReason.DELETED)
    passed = tuple(
        replace(gone(reason), at=NOW + n * HOUR) for n, reason in enumerate(reasons, 1)
    )
    shown = document("A", passed=passed, gone=passed[-1])
    found = revisions.timeline(shown, WORDS, moment)[-3:]
    assert [event.kind for event in found] == ["deleted", "restored", "deleted"]
    assert [event.when for event in found] == [moment(one.at) for one in passed]


def test_edits_name_title_and_text_the_newest_first():
    found = revisions.edits(document("Cầu không sập", history=HISTORY), WORDS, moment)
    assert [edit.revision for edit in found] == [3, 2]
    assert [(p.kind, p.text, p.label) for p in found[0].title if p.kind] == [
        ("removed", "cũ", "bỏ"),
        ("added", "mới", "thêm"),
    ]
    assert found[1].title == ()
    assert found[1].said == "thêm 1 tiếng, bỏ 1 tiếng"


def test_a_lead_is_no_change():
    post = replace(made_post("x", "Thân bài", minutes=0, revision=2), lead="Sa pô")
    same = EarlierRevision(revision=1, fetched=NOW, title="", text="Sa pô\nThân bài")
    shown = Document(analysis=analysed(post, {}), history=(same,))
    (edit,) = revisions.edits(shown, WORDS, moment)
    assert (edit.title, edit.pieces, edit.masked) == ((), (), True)


def test_personal_data_stays_hidden_and_so_does_its_change():
    text = "Gọi {} để nhận quà"
    shown = document(
        text.format("0912 345 678"),
        title="Cầu cũ",
        revision=2,
        history=(earlier(1, text.format("0912 345 999")),),
    )
    (edit,) = revisions.edits(shown, WORDS, moment)
    assert edit.masked
    assert b"345" not in msgspec.json.encode(edit)

"""Reviews become rows with provenance; what was erased or is disputed does not."""

import pytest

from classifier.rows import Row
from domain.labels import Harm, Role, Verdict
from jobs.learning.reviewed import LeftOut, gather_reviews
from jobs.retention_rules import ERASED
from learning_office import NOW, Office, analysis
from pipeline.keys import analysis_key


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


def gathered(office):
    return gather_reviews(office.log, office.casework)


def test_a_review_knows_who_when_where_and_what_was_shown(office):
    post = office.analysed(1, "gửi mã otp cho em", flags=["scam"])
    office.decide(post, Verdict.HARMFUL, Harm.SCAM)
    (one,) = gathered(office).reviewed
    (word,) = one.words
    assert word.by == office.people["an"].id
    assert word.at == office.clock.now()
    assert (word.queue, word.verdict, word.harm) == ("harmful", "harmful", "scam")
    assert one.model == "linear-2-live"
    assert one.shown["scam"] == 0.9
    assert one.row == Row(
        id="p:1",
        text="gửi mã otp cho em",
        harm=(Harm.SCAM,),
        register="reviewed",
        note="harmful",
        speaks=("scam",),
    )


def test_the_text_is_that_of_the_revision_reviewed(office):
    post = office.analysed(1, "như đã đọc", flags=["scam"])
    office.decide(post, Verdict.NO_ISSUE)
    office.analysed(1, "đã sửa về sau", flags=["scam"], revision=2)
    (one,) = gathered(office).reviewed
    assert (one.revision, one.text) == (1, "như đã đọc")


def test_a_later_revision_reviewed_replaces_the_earlier(office):
    post = office.analysed(1, "cũ", flags=["scam"])
    office.decide(post, Verdict.NO_ISSUE)
    office.analysed(1, "mới", flags=["scam"], revision=2)
    office.decide(post, Verdict.HARMFUL, Harm.SCAM, revision=2)
    (one,) = gathered(office).reviewed
    assert (one.text, dict(one.said)) == ("mới", {"scam": True})


def test_what_was_judged_again_no_longer_says_what_was_shown(office):
    post = office.analysed(1, "x", flags=["scam"])
    office.decide(post, Verdict.NO_ISSUE)
    office.clock.advance(seconds=5)
    office.analysed(1, "x", flags=["scam"])
    (one,) = gathered(office).reviewed
    assert (one.model, dict(one.shown)) == ("", {})


def test_an_undone_decision_teaches_nothing_and_an_own_later_one_replaces(office):
    first, second = office.analysed(1, "a"), office.analysed(2, "b")
    made = office.decide(first, Verdict.HARMFUL, Harm.HATE)
    office.casework.undo(office.people["an"], made.id)
    office.decide(second, Verdict.HARMFUL, Harm.HATE)
    office.decide(second, Verdict.HARMFUL, Harm.ABUSE)
    (one,) = gathered(office).reviewed
    assert one.row.harm == (Harm.ABUSE,)


def test_a_verdict_that_waits_for_a_second_teaches_nothing(office):
    post = office.analysed(1, "đuổi hết bọn nó đi", flags=["incitement"])
    office.decide(post, Verdict.HARMFUL, Harm.INCITEMENT)
    found = gathered(office)
    assert (found.reviewed, found.left_out) == ([], {LeftOut.PROVISIONAL: 1})
    office.decide(post, Verdict.NO_ISSUE, by="binh")
    assert gathered(office).left_out == {LeftOut.PROVISIONAL: 1}
    office.decide(post, Verdict.HARMFUL, Harm.INCITEMENT, by="lan")
    office.casework.set_role("quan", "lan", Role.ANALYST)
    (one,) = gathered(office).reviewed
    assert one.row.harm == (Harm.INCITEMENT,)
    assert [word.by for word in one.words] == [office.people["lan"].id]


def test_silent_verdicts_are_counted_and_left_out(office):
    post = office.analysed(1, "a", flags=["scam"])
    office.decide(post, Verdict.OUT_OF_SCOPE)
    found = gathered(office)
    assert found.reviewed == []
    assert found.left_out == {LeftOut.SILENT: 1}


def test_two_reviewers_at_odds_are_left_out_and_counted(office):
    post = office.analysed(1, "a", flags=["scam"])
    office.decide(post, Verdict.HARMFUL, Harm.SCAM)
    office.decide(post, Verdict.NO_ISSUE, by="binh")
    found = gathered(office)
    assert found.reviewed == []
    assert found.left_out == {LeftOut.CONTRADICTED: 1}


def test_the_latest_supervisor_settles_a_dispute(office):
    post = office.analysed(1, "a", flags=["scam"])
    office.decide(post, Verdict.NO_ISSUE, by="chi")
    office.decide(post, Verdict.HARMFUL, Harm.SCAM, by="lan")
    office.decide(post, Verdict.NO_ISSUE, by="binh")
    (one,) = gathered(office).reviewed
    assert dict(one.said) == {"scam": True}
    assert [word.by for word in one.words] == [office.people["lan"].id]


def test_two_reviewers_who_agree_are_both_named(office):
    post = office.analysed(1, "a", flags=["scam"])
    office.decide(post, Verdict.HARMFUL, Harm.SCAM)
    office.decide(post, Verdict.HARMFUL, Harm.IMPERSONATION, by="binh")
    (one,) = gathered(office).reviewed
    assert len(one.words) == 2
    assert one.row.harm == (Harm.SCAM, Harm.IMPERSONATION)


def test_an_erased_post_drops_out_at_every_step_of_the_erasure(office):
    post = office.analysed(1, "a", flags=["scam"])
    office.analysed(1, "a sửa", flags=["scam"], revision=2)
    office.decide(post, Verdict.HARMFUL, Harm.SCAM)
    assert len(gathered(office).reviewed) == 1
    office.write(
        analysis_key(post, 2), analysis(1, "", NOW, revision=2, pipeline=ERASED)
    )
    found = gathered(office)
    assert found.reviewed == []
    assert found.left_out == {LeftOut.NO_TEXT: 1}
    for revision in (1, 2):
        office.write(analysis_key(post, revision), None)
    assert gathered(office).reviewed == []
    office.casework.forget_posts("jobs", [post], "request")
    assert gathered(office).left_out == {}


def test_the_oldest_decision_comes_first(office):
    posts = [office.analysed(n, f"văn bản {n}") for n in range(5)]
    for post in reversed(posts):
        office.decide(post, Verdict.NO_ISSUE)
    order = [one.post_id for one in gathered(office).reviewed]
    assert order == list(reversed(posts))


def test_accounts_left_out_neither_teach_nor_contradict(office):
    office.analysed(1, "Chuyển khoản trước")
    office.analysed(2, "Hôm nay trời đẹp")
    office.decide("p:1", Verdict.HARMFUL, Harm.SCAM, by="an")
    office.decide("p:1", Verdict.NO_ISSUE, by="binh")
    office.decide("p:2", Verdict.HARMFUL, Harm.SCAM, by="binh")
    found = gather_reviews(
        office.log, office.casework, without={office.people["binh"].id}
    )
    assert [(one.post_id, one.words[0].by) for one in found.reviewed] == [
        ("p:1", office.people["an"].id)
    ]
    assert found.left_out == {LeftOut.EXCLUDED: 1}


def test_verdicts_of_a_closed_account_teach_until_it_is_left_out(office):
    office.analysed(1, "Chuyển khoản trước")
    office.decide("p:1", Verdict.HARMFUL, Harm.SCAM, by="an")
    office.casework.set_active("cli", "an", active=False)
    assert gather_reviews(office.log, office.casework).reviewed
    without = {office.people["an"].id}
    assert not gather_reviews(office.log, office.casework, without=without).reviewed

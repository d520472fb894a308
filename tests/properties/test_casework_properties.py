"""Casework against a plain model of it, and the audit chain against any change."""

import dataclasses
import hashlib
import json
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.audit import canonical, digest, parsed, verify, without_texts
from casework.model import AuditRow, Decision
from casework.policy import SignInPolicy
from casework.service import Casework
from casework.tokens import csrf_of, hashed
from domain.clock import ManualClock
from domain.ids import PostId
from domain.labels import Role, Verdict

POSTS = [PostId(f"p:{n}") for n in range(3)]
EASY = [Verdict.NO_ISSUE, Verdict.INSUFFICIENT, Verdict.OUT_OF_SCOPE]
ACTS = st.one_of(
    st.tuples(st.sampled_from(POSTS), st.sampled_from(EASY)), st.just("undo")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_states_are_what_a_stack_of_decisions_says(
    acts: list[tuple[PostId, Verdict] | str],
) -> None:
    policy = SignInPolicy(hash_time_cost=1, hash_memory_kib=32)
    store = SqlCaseworkStore("sqlite://")
    office = Casework(store, ManualClock(), lambda s: repr(s).encode(), policy)
    an = office.create_account(
        "cli", name="an", display="", role=Role.ANALYST, password="suối nậm rốm trong"
    )
    stack: list[tuple[PostId, Verdict]] = []
    changes = dict.fromkeys(POSTS, 0)
    for act in acts:
        if isinstance(act, tuple):
            office.decide(an, Decision(post_id=act[0], revision=1, verdict=act[1]))
            stack.append(act)
            changes[act[0]] += 1
        elif stack:
            assert office.undo(an) is not None
            changes[stack.pop()[0]] += 1
        else:
            assert office.undo(an) is None
    standing = dict(stack)
    latest = office.latest(POSTS)
    for post in POSTS:
        if changes[post]:
            assert latest[post].verdict == standing.get(post)
            assert latest[post].version == changes[post]
        else:
            assert post not in latest
    assert office.outbox_size() == sum(changes.values())
    assert office.verify_audit().rows == 1 + sum(changes.values())
    office.close()


def chain(details: list[dict[str, object]]) -> list[AuditRow]:
    rows: list[AuditRow] = []
    for n, detail in enumerate(details, start=1):
        previous = rows[-1].digest if rows else ""
        row = AuditRow(
            id=n,
            at=datetime(2026, 11, 23, 7, n % 60, tzinfo=UTC),
            actor="an",
            act="export",
            subject=f"list:{n}",
            detail=without_texts(detail),
            previous=previous,
        )
        rows.append(dataclasses.replace(row, digest=digest(row, previous)))
    return rows


DETAILS = st.lists(st.dictionaries(st.text(max_size=5), JSON), min_size=2, max_size=8)


@settings(max_examples=50, deadline=None)
@given(DETAILS, st.data())
def test_any_row_changed_removed_or_moved_is_found(
    details: list[dict[str, object]], data: st.DataObject
) -> None:
    rows = chain(details)
    head = len(rows), rows[-1].digest
    assert verify(rows, head, made=digest).sound
    at = data.draw(st.integers(0, len(rows) - 1))
    other = data.draw(st.integers(0, len(rows) - 1).filter(lambda n: n != at))
    changed, swapped = list(rows), list(rows)
    changed[at] = dataclasses.replace(rows[at], actor="binh")
    swapped[at], swapped[other] = rows[other], rows[at]
    check = verify(changed, head, made=digest)
    assert not check.sound
    assert check.first_bad == at + 1
    assert not verify(rows[:at] + rows[at + 1 :], head, made=digest).sound
    assert not verify(swapped, head, made=digest).sound


@given(st.text(), st.text(), st.dictionaries(st.text(), JSON))
def test_a_digest_is_of_the_list_that_the_document_describes(
    actor: str, subject: str, detail: dict[str, object]
) -> None:
    kept = without_texts(detail)
    row = AuditRow(
        id=7,
        at=datetime(2026, 11, 23, 7, tzinfo=UTC),
        actor=actor,
        act="export",
        subject=subject,
        detail=kept,
    )
    time = "2026-11-23T07:00:00.000000+00:00"
    listed = [7, time, actor, "export", subject, kept, "p"]
    text = json.dumps(listed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest(row, "p") == hashlib.sha256(text.encode()).hexdigest()
    # What comes back from the store is shown and hashed as it was written.
    assert parsed(canonical(kept)) == kept


@given(st.dictionaries(st.text(), JSON))
def test_details_bear_no_long_text_and_survive_the_store(
    detail: dict[str, object],
) -> None:
    kept = without_texts(detail)
    assert without_texts(kept) == kept
    canonical(kept).encode()


@given(st.text(), st.text())
def test_tokens_are_told_apart(one: str, other: str) -> None:
    assert csrf_of(one) != hashed(one)
    if one.encode(errors="replace") != other.encode(errors="replace"):
        assert hashed(one) != hashed(other)

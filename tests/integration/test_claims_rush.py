"""Many reviewers in two processes clear one queue; no post goes to two of them."""

from pathlib import Path

from support_reviewers import clear


def test_no_collision_no_lost_decision_no_lock_error(tmp_path: Path) -> None:
    check_a_queue(f"sqlite:///{tmp_path / 'casework.sqlite'}")


def check_a_queue(url: str) -> None:
    """Clear 120 posts by 20 reviewers; `benchmarks.claims` does 2,000."""
    found = clear(url, reviewers=20, posts=120)
    assert found.errors == ()
    assert (found.decided, found.collisions, found.lost) == (120, 0, 0)
    assert found.audit_sound

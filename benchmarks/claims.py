"""Whether many reviewers at once ever get one post, and how fast a queue is cleared.

`PYTHONPATH=tests python -m benchmarks.claims [REVIEWERS [POSTS [ADDRESS]]]`: 20 people
in two processes clear 2,000 posts of an empty database (a SQLite file that is removed
again, unless an address is given), all from the head of one queue. Ends with 1 if a
post was given twice, a decision was lost or a lock failed.
"""

import sys
import tempfile
from pathlib import Path

from support_reviewers import Cleared, clear


def main(reviewers: str = "20", posts: str = "2000", url: str = "") -> int:
    """Clear the queue and print how it went."""
    with tempfile.TemporaryDirectory() as folder:
        address = url or f"sqlite:///{Path(folder) / 'casework.sqlite'}"
        found = clear(address, reviewers=int(reviewers), posts=int(posts))
    sys.stdout.write(said(found))
    clean = not (found.collisions or found.lost or found.errors)
    return 0 if clean and found.audit_sound else 1


def said(found: Cleared) -> str:
    """Return the figures as lines."""
    rate = found.decided / found.seconds
    lines = (
        f"decided     {found.decided}",
        f"collisions  {found.collisions}",
        f"lost        {found.lost}",
        f"errors      {len(found.errors)} {' '.join(found.errors[:3])}".rstrip(),
        f"audit       {'sound' if found.audit_sound else 'NOT sound'}",
        f"seconds     {found.seconds:.1f} ({rate:.0f} claims with verdicts a second)",
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""Criticism is not harm: the rule on top of the models.

Abuse and hate are not flagged where somebody complains about or mocks an authority,
unless the text itself threatens violence or attacks an ethnic or other group.
"""

from classifier.features import Seen, lexicon_hits
from domain.labels import Harm

PROTECTED = frozenset({Harm.ABUSE.value, Harm.HATE.value})

COMPLAINT_FROM = 0.35
"""Complaint probability from which the rule acts. Higher, and mockery without a stated
grievance stays flagged; lower, and insults that merely mention an office go free."""


def pardon(seen: Seen, complaint: float) -> str:
    """Return why abuse and hate must not be flagged (Vietnamese), or nothing."""
    if complaint < COMPLAINT_FROM:
        return ""
    found: dict[str, str] = {}
    for name, start, end in lexicon_hits(seen.tokens):
        words = " ".join(token.form for token in seen.tokens[start:end])
        found.setdefault(name, words)
    if "authority" not in found or found.keys() & {"threat", "attacked_groups"}:
        return ""
    return (
        "Không gắn cờ xúc phạm hoặc kỳ thị: bài phê bình cơ quan, cán bộ hoặc dịch vụ "
        f"(«{found['authority']}»), không đe dọa bạo lực, không công kích nhóm người."
    )

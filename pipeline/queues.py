"""Which queues a post goes to, and the sentence that says why. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.analysis import Judgement
from domain.labels import About, Harm, Label, PostKind, Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Queues in their fixed order, and a Vietnamese sentence for the reviewer."""

    queues: tuple[Queue, ...]
    why: str


def route(
    judgement: Judgement,
    *,
    about: About,
    kind: PostKind,
    licensed_press: bool,
    words: Mapping[str, str],
) -> Routing:
    """Derive queues from labels.

    `mention` reaches no queue but *press*. A harmful post that is also a complaint is
    in both queues. A report was sent to the office, so it waits for an answer whatever
    the models say of it. `words` gives the Vietnamese name of each label.
    """
    queues = []
    reasons = []
    if about is About.PROVINCE:
        harms = [s for s in judgement.labels if s.flagged and s.name in set(Harm)]
        if harms:
            queues.append(Queue.HARMFUL)
            named = ", ".join(words.get(s.name, s.name).lower() for s in harms)
            reasons.append(f"Có dấu hiệu: {named}")
        if judgement.flagged(Label.CHECKABLE_CLAIM):
            queues.append(Queue.CLAIMS)
            reasons.append("Nêu thông tin cần kiểm chứng")
        if kind is PostKind.REPORT:
            queues.append(Queue.ANSWERS)
            reasons.append("Phản ánh gửi đến cơ quan")
        elif judgement.flagged(Label.COMPLAINT):
            queues.append(Queue.ANSWERS)
            reasons.append("Phản ánh, kiến nghị của người dân")
    if kind is PostKind.ARTICLE and licensed_press and about in PRESS_ABOUT:
        queues.append(Queue.PRESS)
        reasons.append(_press_reason(judgement, about))
    if judgement.note:
        reasons.append(judgement.note)
    return Routing(queues=tuple(queues), why=". ".join(reasons))


PRESS_ABOUT = frozenset({About.PROVINCE, About.MENTION})


def _press_reason(judgement: Judgement, about: About) -> str:
    if about is About.MENTION:
        return "Báo chí có nhắc đến tỉnh"
    if judgement.flagged(Label.ANSWER_OWED):
        return "Báo chí viết về tỉnh, có thể cần trả lời"
    return "Báo chí viết về tỉnh"

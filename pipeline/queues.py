"""Which queues a post goes to, and the sentence that says why. Pure."""

from collections.abc import Iterator, Mapping
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
    the models say of it. What is strange to them and would be in no queue goes to
    *claims*: a person looks, and no harm is named. `words` gives the Vietnamese name
    of each label.
    """
    queues: list[Queue] = []
    reasons: list[str] = []
    if about is About.PROVINCE:
        for queue, reason in _told(judgement, kind, words):
            queues.append(queue)
            reasons.append(reason)
        if judgement.strange:
            queues += [] if queues else [Queue.CLAIMS]
            reasons.append(STRANGE)
    if kind is PostKind.ARTICLE and licensed_press and about in PRESS_ABOUT:
        queues.append(Queue.PRESS)
        reasons.append(_press_reason(judgement, about))
    if judgement.note:
        reasons.append(judgement.note)
    return Routing(queues=tuple(queues), why=". ".join(reasons))


def _told(
    judgement: Judgement, kind: PostKind, words: Mapping[str, str]
) -> Iterator[tuple[Queue, str]]:
    harms = [s for s in judgement.labels if s.flagged and s.name in set(Harm)]
    if harms:
        named = ", ".join(words.get(s.name, s.name).lower() for s in harms)
        yield Queue.HARMFUL, f"Có dấu hiệu: {named}"
    if judgement.flagged(Label.CHECKABLE_CLAIM):
        yield Queue.CLAIMS, "Nêu thông tin cần xác minh"
    if kind is PostKind.REPORT:
        yield Queue.ANSWERS, "Phản ánh gửi đến cơ quan"
    elif judgement.flagged(Label.COMPLAINT):
        yield Queue.ANSWERS, "Phản ánh, kiến nghị của người dân"


STRANGE = "Không giống gì đã biết, cần người xem"
PRESS_ABOUT = frozenset({About.PROVINCE, About.MENTION})


def _press_reason(judgement: Judgement, about: About) -> str:
    if about is About.MENTION:
        return "Báo chí có nhắc đến tỉnh"
    if judgement.flagged(Label.ANSWER_OWED):
        return "Báo chí viết về tỉnh, có thể cần trả lời"
    return "Báo chí viết về tỉnh"

"""An office with a log and casework in memory, and posts that it reviews."""

from datetime import UTC, datetime, timedelta

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Decision, Evidence
from casework.opinions import SecondReviewPolicy
from casework.policy import SignInPolicy
from casework.service import Casework
from domain.analysis import Analysis, Judgement, LabelScore
from domain.clock import ManualClock
from domain.ids import AgencyId, PostId, SourceId
from domain.labels import About, Harm, PostKind, Queue, Role, Verdict
from domain.post import Post
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from pipeline.keys import analysis_key

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LABELS = (*(h.value for h in Harm), "complaint", "checkable_claim")


class Office:
    """`an`, `binh` and the senior `chi` review; `lan` leads; `quan` administers."""

    def __init__(self):
        self.clock = ManualClock(NOW)
        self.log = MemoryEventLog(clock=self.clock)
        self.casework = Casework(
            SqlCaseworkStore("sqlite://"),
            self.clock,
            encode_event,
            SignInPolicy(hash_time_cost=1, hash_memory_kib=32),
            second=SecondReviewPolicy(severe=frozenset({Harm.INCITEMENT})),
        )
        self.people = {
            name: self.casework.create_account(
                "cli",
                name=name,
                display=name,
                role=role,
                password="suối nậm rốm trong",
                must_change=False,
            )
            for name, role in (
                ("an", Role.ANALYST),
                ("binh", Role.ANALYST),
                ("chi", Role.SENIOR),
                ("lan", Role.LEADER),
                ("quan", Role.ADMIN),
            )
        }

    def write(self, key, event):
        value = None if event is None else encode_event(event)
        with self.log.writer() as writer:
            writer.append(LogTopic.ANALYSES, key, value)

    def analysed(self, number, text, *, flags=(), revision=1, **changes):
        made = analysis(number, text, self.clock.now(), flags, revision, **changes)
        self.write(analysis_key(made.post.id, revision), made)
        return made.post.id

    def decide(self, post, verdict, harm=None, *, by="an", revision=1, queue="harmful"):
        self.clock.advance(seconds=60)
        return self.casework.decide(
            self.people[by],
            Decision(
                post_id=post,
                revision=revision,
                verdict=verdict,
                harm=harm,
                agency=AgencyId("so-y-te")
                if verdict is Verdict.ANSWER_NEEDED
                else None,
                evidence=(Evidence(title="Công báo"),)
                if verdict.needs_evidence
                else (),
                queue=queue,
            ),
        )


def analysis(number, text, at, flags=(), revision=1, model="linear-2-live", **changes):
    labels = tuple(
        LabelScore(
            name=name,
            probability=0.9 if name in flags else 0.1,
            threshold=0.5,
            flagged=name in flags,
        )
        for name in LABELS
    )
    return Analysis(
        post=Post(
            id=PostId(f"p:{number}"),
            revision=revision,
            source=SourceId("dien-dan"),
            kind=PostKind.POST,
            url=f"http://x/{number}",
            fetched=at - timedelta(minutes=1),
            text=text,
        ),
        about=About.PROVINCE,
        analysed_at=at,
        judgement=Judgement(labels=labels, model=model),
        queues=(Queue.HARMFUL,) if set(flags) & set(Harm) else (),
        **changes,
    )

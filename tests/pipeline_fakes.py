"""Small stand-ins for the cascade's dear parts, and posts to feed it with."""

from datetime import UTC, datetime, timedelta

from classifier.port import Classifier
from domain.analysis import Judgement, LabelScore, PlaceHit
from domain.events import PostSeen
from domain.ids import PostId, SourceId, UnitId
from domain.labels import About, PostKind, Topic
from domain.post import Post
from domain.profile import SourceSpec
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from nlp.fingerprint import bands, fingerprint, similarity
from pipeline.stages import Place, Tools
from pipeline.worker import Worker

START = datetime(2026, 11, 20, tzinfo=UTC)


class WordClassifier(Classifier):
    """Flags a label when its word stands in the text; fails at the word `bug`."""

    version = "words-1"

    def judge(self, subjects, *, explain=True):
        if any("bug" in subject.text for subject in subjects):
            raise RuntimeError("a fault of the model")
        return [self._one(subject.text) for subject in subjects]

    def _one(self, text):
        words = {"lừa": "scam", "phản ánh": "complaint", "tin đồn": "checkable_claim"}
        labels = tuple(
            LabelScore(
                name=name,
                probability=0.9 if word in text else 0.1,
                threshold=0.5,
                flagged=word in text,
            )
            for word, name in words.items()
        )
        return Judgement(labels=labels, topic=Topic.OTHER, model=self.version)


def gate(post, *, inherited, source_about):
    text = post.whole_text
    if "Sơn Thủy" in text:
        hit = PlaceHit(name="Sơn Thủy", start=0, end=8, unit=UnitId("xa-1"), why="tên")
        return Place(about=About.PROVINCE, hits=(hit,), why="nêu tên tỉnh")
    if "nhắc" in text:
        return Place(about=About.MENTION)
    if inherited is not None:
        return Place(about=inherited.about, why="theo bài gốc")
    return Place(about=About.OTHER)


def tools(sample_rate=0.0):
    return Tools(
        normalise=lambda text, social: text,
        language=lambda text: "vi",
        gate=gate,
        segment=list,
        entities=lambda text: (),
        personal_data=lambda text: (),
        fingerprint=fingerprint,
        classifier=WordClassifier(),
        words={"scam": "Lừa đảo"},
        sample_rate=sample_rate,
    )


def press(name="bao"):
    return SourceSpec(
        id=SourceId(name), name=name, kind="feed", url="http://x/", licensed_press=True
    )


def make_worker(index_reader, clock, **changes):
    return Worker(
        tools=changes.pop("tools", tools()),
        index=index_reader,
        clock=clock,
        sources=lambda: {"bao": press()},
        bands=bands,
        similarity=similarity,
        **changes,
    )


def post(number, text, **changes):
    values = {
        "id": PostId(f"p:{number}"),
        "revision": 1,
        "source": SourceId("dien-dan"),
        "kind": PostKind.POST,
        "url": f"http://x/{number}",
        "fetched": START + timedelta(minutes=number),
        "text": text,
    }
    return Post(**{**values, **changes})


def feed(log, *events, topic=LogTopic.POSTS):
    with log.writer() as writer:
        for event in events:
            made = PostSeen(post=event) if isinstance(event, Post) else event
            key = made.post.id if hasattr(made, "post") else made.post_id
            writer.append(topic, key, encode_event(made))

"""What every search index must do, whatever it is made of."""

import unicodedata
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from domain.analysis import Analysis, Judgement, LabelScore, PlaceHit
from domain.errors import ConflictError
from domain.events import CountsSeen, PostGone
from domain.labels import About, GoneReason, PostKind, Queue, Stance, Topic, Verdict
from domain.post import Counts, Post
from domain.review import ReviewState
from searchindex.parse import parse
from searchindex.port import GeoFacet, Order, Search, SearchIndex
from searchindex.query import (
    AllOf,
    AnyOf,
    DateRange,
    FieldIs,
    Not,
    NumberRange,
    Phrase,
    Words,
)

START = datetime(2026, 11, 1, 3, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def post(post_id, text="nội dung", *, hours=0, revision=1, **fields) -> Post:
    at = START + timedelta(hours=hours)
    given = {"source": "bao-a", "kind": PostKind.ARTICLE, "url": "https://a.vn/1"}
    given |= {"fetched": at + timedelta(minutes=5), "published": at}
    return Post(id=post_id, revision=revision, text=text, **{**given, **fields})


def analysis(of: Post, *, urgency=None, **fields) -> Analysis:
    given = {"about": About.PROVINCE, "analysed_at": START, "queues": (Queue.PRESS,)}
    if urgency is not None:
        score = LabelScore(
            name="panic", probability=urgency, threshold=0.5, flagged=urgency >= 0.5
        )
        given["judgement"] = Judgement(labels=(score,))
    return Analysis(post=of, **{**given, **fields})


def review(post_id, version=1, verdict=Verdict.NO_ISSUE, revision=1, **fields):
    return ReviewState(
        post_id=post_id,
        revision=revision,
        version=version,
        at=START,
        by="an",
        verdict=verdict,
        **fields,
    )


def gone(post_id, reason=GoneReason.DELETED, hours=1):
    at = START + timedelta(hours=hours)
    return PostGone(post_id=post_id, revision=1, reason=reason, at=at)


def fill(index: SearchIndex, *analyses: Analysis) -> None:
    with index.writer() as writer:
        for item in analyses:
            writer.put_analysis(item)


def texts(index: SearchIndex, *texts: str) -> None:
    """Put texts as posts `0`, `1`, …, each an hour newer than the one before."""
    fill(index, *(analysis(post(str(n), t, hours=n)) for n, t in enumerate(texts)))


def page(index: SearchIndex, query="", order=Order.NEWEST, **fields):
    node = parse(query, today=TODAY).node if isinstance(query, str) else query
    return index.reader().search(Search(query=node, order=order, **fields))


def ids(index: SearchIndex, query="", order=Order.NEWEST, **fields) -> list[str]:
    return [h.document.post.id for h in page(index, query, order, **fields).hits]


def get(index: SearchIndex, post_id: str):
    return index.reader().get([post_id]).get(post_id)


def walk(
    index: SearchIndex, query="", order=Order.NEWEST, size=3, between=None, **fields
):
    """Read page after page; `between` runs after the first."""
    found, after = [], None
    while True:
        answer = page(index, query, order, size=size, after=after, **fields)
        found += [h.document.post.id for h in answer.hits]
        after = answer.next_cursor
        if after is None:
            return found
        if between is not None:
            between()
            between = None


NEWS = {
    "lu": ("Lũ quét ở Mường Pồn", "Mưa lớn gây sạt lở trên quốc lộ 12, Điện Biên."),
    "cau": ("Thông xe cầu Nậm Rốm", "Cầu Nậm Rốm mới ở phường Điện Biên Phủ."),
    "dienbien": ("Thời tiết", "Diễn biến mưa bão còn phức tạp, theo đài khí tượng."),
    "khongdau": ("Tin moi", "dien bien co mua to, sat lo nhieu noi"),
    "luadao": ("Cảnh báo lừa đảo", "Kẻ gian giả danh công an, yêu cầu chuyển tiền."),
    "hoa": ("Hội hoa ban", "Lễ hội hoa ban khai mạc; hòa nhạc ngoài trời."),
    "roi": ("Điện lực", "Điện tăng giá; đồn Biên phòng tuần tra. Rốm hay Nậm?"),
}

GOLDEN = [
    ("điện biên", {"lu", "cau", "dienbien", "khongdau", "roi"}),
    ("dien bien", {"lu", "cau", "dienbien", "khongdau", "roi"}),
    ('"điện biên"', {"lu", "cau", "dienbien", "khongdau"}),
    ("ĐIỆN BIÊN PHỦ", {"cau"}),
    ("sạt lở", {"lu", "khongdau"}),
    ("sat lo", {"lu", "khongdau"}),
    ('"cầu Nậm Rốm"', {"cau"}),
    ('"rốm nậm"', set()),
    ("nậm rốm", {"cau", "roi"}),
    ("đường", set()),
    ("duong OR công", {"luadao"}),
    ("lũ OR lừa", {"lu", "luadao"}),
    ("mưa -lũ", {"dienbien", "khongdau"}),
    ("mưa -(lũ OR bão)", {"khongdau"}),
    ("(lũ OR cầu) điện", {"lu", "cau"}),
    ("title:mưa", set()),
    ('title:"nậm rốm"', {"cau"}),
    ("tiêu_đề:lũ", {"lu"}),
    ("text:lũ", set()),
    ("hoà nhạc", {"hoa"}),
    ("quốc lộ 12", {"lu"}),
    ("-điện", {"luadao", "hoa"}),
    ("“hoa ban”", {"hoa"}),
    ("công-an, chuyển tiền!", {"luadao"}),
    ("lừa đảo HOẶC hoa", {"luadao", "hoa"}),
    ('-"điện biên" điện', {"roi"}),
    ('"lũ quét" "quốc lộ"', {"lu"}),
    ("chuyểntiền", set()),
]


class SearchIndexContract(ABC):
    @abstractmethod
    def make(self) -> SearchIndex:
        """Return an empty index whose near-copy bands are the fingerprint itself."""

    @pytest.fixture
    def index(self):
        index = self.make()
        yield index
        index.close()

    @pytest.fixture
    def news(self, index):
        items = enumerate(NEWS.items())
        fill(
            index,
            *(
                analysis(post(name, text, title=title, hours=n))
                for n, (name, (title, text)) in items
            ),
        )
        return index

    # Words and phrases

    @pytest.mark.parametrize(("query", "expected"), GOLDEN)
    def test_golden(self, news, query, expected):
        assert set(ids(news, query)) == expected

    @pytest.mark.parametrize(("query", "expected"), GOLDEN)
    def test_golden_typed_in_decomposed_letters(self, news, query, expected):
        assert set(ids(news, unicodedata.normalize("NFD", query))) == expected

    def test_decomposed_texts_are_found(self, index):
        texts(index, unicodedata.normalize("NFD", "Đường vào Mường Nhé"))
        assert ids(index, "đường mường nhé") == ["0"]
        assert ids(index, '"duong vao"') == ["0"]

    def test_exact_letters_rank_above_folded_ones(self, news):
        best = ids(news, "điện biên", Order.BEST)
        assert set(best[:2]) == {"lu", "cau"}
        assert best.index("dienbien") > best.index("roi")
        assert ids(news, "dien bien", Order.BEST)[0] == "khongdau"

    def test_a_phrase_and_a_title_rank_above_scattered_words(self, index):
        fill(
            index,
            analysis(post("scattered", "lở đất sau khi sạt mái", hours=3)),
            analysis(post("phrase", "bị sạt lở", hours=2)),
            analysis(post("title", "tin", title="Sạt lở", hours=1)),
        )
        expected = ["title", "phrase", "scattered"]
        assert ids(index, "sạt lở", Order.BEST) == expected
        scores = [h.score for h in page(index, "sạt lở", Order.BEST).hits]
        assert scores == sorted(scores, reverse=True)
        assert len(set(scores)) == 3

    def test_other_marks_than_those_typed_rank_last(self, index):
        fill(
            index,
            analysis(post("other", "thanh sắt rơi gần nhà ông Lò", hours=9)),
            analysis(post("side", "giá sắt lò tăng", hours=8)),
            analysis(post("half", "mái sạt, lộ cả cột", hours=7)),
            analysis(post("bare", "dat da sat xuong, lo qua", hours=4)),
            analysis(post("bareside", "duong sat lo", hours=5)),
            analysis(post("mixed", "sạt mái, lo quá", hours=6)),
            analysis(post("apart", "lở đất, sạt mái", hours=3)),
            analysis(post("slide", "đường sạt lở", hours=2)),
        )
        marked = ["slide", "apart", "bareside", "mixed", "bare", "half", "side"]
        assert ids(index, "sạt lở", Order.BEST) == [*marked, "other"]
        assert set(ids(index, "sat lo", Order.BEST)) == {*marked, "other"}

    def test_where_no_mark_was_typed_words_side_by_side_rank_first(self, index):
        fill(
            index,
            analysis(post("far", "sắt cũ của nhà ông Lò", hours=3)),
            analysis(post("near", "đường sạt lở", hours=2)),
            analysis(post("letters", "sat lo", hours=1)),
        )
        assert ids(index, "sat lo", Order.BEST) == ["letters", "near", "far"]

    def test_pages_of_the_best_hold_each_post_once(self, index):
        names = [f"{kind}{n}" for kind in ("a", "b", "c") for n in range(4)]
        said = {"a": "đường sạt lở", "b": "sat lo", "c": "sắt của ông Lò"}
        fill(
            index,
            *(analysis(post(n, said[n[0]], hours=at)) for at, n in enumerate(names)),
        )
        assert walk(index, "sạt lở", Order.BEST, size=3) == [
            f"{kind}{n}" for kind in ("a", "b", "c") for n in (3, 2, 1, 0)
        ]

    def test_a_phrase_does_not_reach_over_title_lead_and_text(self, index):
        fill(index, analysis(post("a", "ba bốn", title="không một", lead="hai")))
        assert ids(index, '"một hai"') == []
        assert ids(index, '"hai ba"') == []
        assert ids(index, "một hai ba") == ["a"]

    def test_lead_counts_as_text(self, index):
        fill(index, analysis(post("a", "x", lead="Lời dẫn về bản Pá Khoang")))
        assert ids(index, "text:khoang") == ids(index, "pa khoang") == ["a"]

    def test_invisible_and_look_alike_letters(self, index):
        texts(index, "l\u200bừa đ\u00adảo", "lừа đảo")  # the second has a Cyrillic а
        assert ids(index, "lừa đảo") == ["1", "0"]

    # Fields

    def test_what_was_strange_comes_back_so(self, index):
        odd, usual = (
            analysis(post(name), judgement=Judgement(strange=name == "fb:1"))
            for name in ("fb:1", "fb:2")
        )
        fill(index, odd, usual)
        found = index.reader().get(["fb:1", "fb:2"])
        assert found["fb:1"].analysis.judgement.strange
        assert not found["fb:2"].analysis.judgement.strange

    def test_keyword_fields(self, index):
        place = PlaceHit(name="x", start=0, end=1, unit="muong-pon", why="")
        judgement = Judgement(
            labels=(
                LabelScore(name="scam", probability=0.9, threshold=0.5, flagged=True),
                LabelScore(name="hate", probability=0.1, threshold=0.5, flagged=False),
            ),
            topic=Topic.HEALTH,
            stance=Stance.NEGATIVE,
        )
        of = post("fb:1", kind=PostKind.COMMENT, outlet="Báo Ví Dụ", thread_id="fb:0")
        item = analysis(
            of,
            places=(place,),
            judgement=judgement,
            queues=(Queue.HARMFUL, Queue.CLAIMS),
            language="vi",
            story="s9",
        )
        fill(index, item, analysis(post("fb:2", hours=1)))
        for query in (
            "id:fb:1",
            "kind:comment",
            "loại:bình_luận",
            'outlet:"bao vi du"',
            "place:muong-pon",
            "queue:harmful queue:claims",
            "label:SCAM",
            "topic:health",
            "stance:neg",
            "language:vi",
            "story:s9",
            "thread:fb:0",
            "about:province -id:fb:2",
        ):
            assert ids(index, query) == ["fb:1"], query
        for query in (
            "id:FB:1",
            "label:hate",
            "outlet:bao",
            "place:muong",
            "verdict:x",
        ):
            assert ids(index, query) == [], query
        assert ids(index, "source:bao-a") == ["fb:2", "fb:1"]

    def test_status_and_verdict_follow_the_review(self, index):
        fill(index, analysis(post("a")), analysis(post("b", hours=1)))
        with index.writer() as writer:
            writer.put_review(review("a", verdict=Verdict.HARMFUL))
        assert ids(index, "status:open") == ["b"]
        assert ids(index, "status:reviewed verdict:harmful") == ["a"]
        fill(index, analysis(post("a", revision=2)))
        assert ids(index, "status:reopened") == ["a"]
        assert ids(index, "queue:press status:open") == ["b"]
        assert ids(index, "queue:press status:reopened") == ["a"]
        with index.writer() as writer:
            writer.put_review(review("a", 2, None, 2))
        assert ids(index, "status:open") == ["b", "a"]

    def test_date_ranges_are_local_days(self, index):
        late = datetime(2026, 11, 1, 16, 59, 59, tzinfo=UTC)
        next_day = datetime(2026, 11, 1, 17, tzinfo=UTC)
        fill(
            index,
            analysis(post("late", published=late)),
            analysis(post("next", published=next_day)),
        )
        assert ids(index, "published:2026-11-01") == ["late"]
        assert ids(index, "published:2026-11-02..2026-11-07") == ["next"]
        assert ids(index, "published:..2026-11-02") == ["next", "late"]
        assert ids(index, "published:>2026-11-01") == ["next"]
        assert ids(index, "ngày:30d") == ["next", "late"]
        assert ids(index, "-published:2026-11-01") == ["next"]
        assert ids(index, "published:2026-11-01 OR published:2027") == ["late"]
        assert ids(index, "fetched:2026-11-01 nội") == ["next", "late"]

    def test_without_a_publication_time_the_fetch_counts(self, index):
        at = datetime(2026, 11, 9, 5, tzinfo=UTC)
        fill(index, analysis(post("a", published=None, fetched=at)))
        assert ids(index, "published:2026-11-09") == ["a"]

    def test_number_ranges(self, index):
        fill(
            index,
            analysis(post("a"), urgency=0.9),
            analysis(post("b", revision=3, hours=1), urgency=0.3),
        )
        assert ids(index, "revision:>=2") == ["b"]
        assert ids(index, "revision:1..2") == ["a"]
        assert ids(index, "urgency:>0,5") == ["a"]
        assert ids(index, "revision:3 OR urgency:>=0.9") == ["b", "a"]
        assert ids(index, "-revision:3") == ["a"]
        assert ids(index, NumberRange("revision", None, None)) == ["b", "a"]

    def test_ranges_inside_alternatives(self, index):
        texts(index, "a", "b")
        whole = DateRange("published", None, None)
        for query in (
            AnyOf((Words(""), AllOf((Words(""), whole)))),
            AnyOf((whole, Words("a"))),
            Not(AnyOf((Words("c"), Not(whole)))),
        ):
            answer = page(index, query, facets=("kind", "kind"))
            assert (answer.total, len(answer.hits)) == (2, 2)
            assert answer.facets == {"kind": {"article": 2}}

    def test_nodes_without_parts_or_words(self, index):
        texts(index, "a", "b")
        assert ids(index, AllOf(())) == ids(index, Not(AnyOf(()))) == ["1", "0"]
        assert ids(index, AnyOf(())) == []
        assert ids(index, Words("!?")) == ids(index, Phrase("…")) == ["1", "0"]
        assert ids(index, FieldIs("nosuch", "x")) == []
        assert ids(index, FieldIs("published", "x")) == []

    def test_thousands_of_alternatives(self, index):
        texts(index, "a", "b", "c")
        wanted = AnyOf(tuple(FieldIs("id", str(n)) for n in range(1, 3000)))
        assert ids(index, wanted) == ["2", "1"]

    def test_the_deepest_groups_and_the_longest_queries(self, index):
        texts(index, "a3", "b3 a2", "b3 b2 a1", "b3 b2 b1 x", "b3 b2 b1", "b2 x")

        def either(n):
            return "x" if n == 0 else f"(a{n} OR (b{n} {either(n - 1)}))"

        def neither(n):
            return "x" if n == 0 else f"(a{n} OR b{n} -({neither(n - 1)} c{n}))"

        for query in (
            *(either(n) for n in (1, 4, 9, 20)),
            *(neither(n) for n in (1, 4, 9, 20)),
            " ".join(f"(a{n} OR b{n} c)" for n in range(120)),
            " ".join(f"-a{n} bb{n} cc -(d OR e)" for n in range(120)),
            " OR ".join(f'"a{n} b"' for n in range(190)),
        ):
            for order in Order:
                page(index, query, order, facets=("queue",))
        assert ids(index, either(3)) == ["3", "2", "1", "0"]
        assert ids(index, "-(a3 OR b3 -(b1 -(x OR a1)))") == ["5", "4"]
        assert ids(index, "-(a3 OR -(b3 -(b1 -(x OR a1))))") == ["3", "2", "1"]
        assert ids(index, " OR ".join(f"b{n} x" for n in range(300))) == ["5", "3"]

    # Orders and pages

    def test_nothing_typed_is_everything_newest_first(self, index):
        texts(index, *"abcd")
        assert ids(index) == ["3", "2", "1", "0"]
        assert index.reader().search(Search()).total == 4
        assert ids(index, order=Order.OLDEST) == ["0", "1", "2", "3"]

    def test_urgent_first_then_newest(self, index):
        urgencies = [0.6, 0.9, 0.1, 0.9]
        fill(
            index,
            *(
                analysis(post(str(n), hours=n), urgency=u)
                for n, u in enumerate(urgencies)
            ),
        )
        assert ids(index, order=Order.URGENT) == ["3", "1", "0", "2"]
        assert ids(index, "queue:press", Order.URGENT) == ["3", "1", "0", "2"]

    @pytest.mark.parametrize("order", list(Order))
    @pytest.mark.parametrize("query", ["", "mưa", "mưa -nhỏ", "mưa revision:1"])
    def test_pages_together_are_the_whole(self, index, order, query):
        words = ["mưa", "mua", "Mưa to", "mưa nhỏ", "nắng"]
        fill(
            index,
            *(
                analysis(post(f"p{n}", words[n % 5], hours=n // 4), urgency=n % 3 / 3)
                for n in range(40)
            ),
        )
        whole = ids(index, query, order, size=100)
        assert len(whole) == len(set(whole)) >= 24
        assert walk(index, query, order, size=7) == whole

    @pytest.mark.parametrize("order", list(Order))
    def test_pages_stay_put_while_documents_come_in(self, index, order):
        fill(
            index,
            *(
                analysis(post(f"p{n}", "mưa lũ", hours=n), urgency=n % 4 / 4)
                for n in range(12)
            ),
        )
        before = ids(index, "mưa", order, size=100)

        def more():
            fill(
                index,
                *(
                    analysis(post(f"new{n}", "mưa mưa", hours=n), urgency=n % 4 / 4)
                    for n in range(12)
                ),
            )

        found = walk(index, "mưa", order, between=more)
        assert [i for i in found if i.startswith("p")] == before
        assert len(found) == len(set(found))

    def test_the_last_page_has_no_cursor(self, index):
        texts(index, *"abcd")
        first = page(index, size=2)
        second = page(index, size=2, after=first.next_cursor)
        assert second.next_cursor is None
        assert page(index, size=4).next_cursor is None
        assert page(index, size=0).hits == ()

    def test_a_foreign_cursor_is_refused(self, index):
        texts(index, *"abc")
        cursor = page(index, size=1).next_cursor
        with pytest.raises(ConflictError):
            page(index, order=Order.BEST, after=cursor)
        for bad in ("x", "é", "", "bnVsbA=="):
            with pytest.raises(ConflictError):
                page(index, after=bad)

    def test_facets_count_all_matches(self, index):
        fill(
            index,
            analysis(post("a", "lũ", outlet="Báo A")),
            analysis(
                post("b", "lũ", outlet="Báo A"), queues=(Queue.PRESS, Queue.CLAIMS)
            ),
            analysis(post("c", "nắng", outlet="Báo B")),
        )
        answer = page(
            index, "lũ", size=1, facets=("outlet", "queue", "verdict", "text")
        )
        assert answer.total == 2
        assert answer.total_exact
        assert answer.facets == {
            "outlet": {"Báo A": 2},
            "queue": {"press": 2, "claims": 1},
            "verdict": {},
            "text": {},
        }

    def test_geo_counts_a_post_once_in_each_unit_that_it_names(self, index):
        def at(*units):
            return tuple(
                PlaceHit(name="x", start=n, end=n + 1, unit=unit, why="")
                for n, unit in enumerate(units)
            )

        both = (Queue.HARMFUL, Queue.PRESS)
        fill(
            index,
            analysis(post("a", "lũ"), places=at("u-1", "u-1", "u-2"), queues=both),
            analysis(post("b", "lũ", hours=1), places=at("u-1", None)),
            analysis(post("c", "lũ", hours=2), places=at(None)),
            analysis(post("d", "nắng", hours=3), places=at("u-3", "lạ")),
            analysis(post("e", "lũ", hours=99), places=at("u-2")),
        )
        units = ["u-1", "u-2", "u-3", 'u"4 OR *']
        count = index.reader().geo
        assert count(None, units) == GeoFacet(
            units={"u-1": 2, "u-2": 2, "u-3": 1, 'u"4 OR *': 0}, named=4, total=5
        )
        lu = parse("lũ", today=TODAY).node
        until = DateRange("published", None, START + timedelta(hours=9))
        assert count(AllOf((lu, until)), units) == GeoFacet(
            units={"u-1": 2, "u-2": 1, "u-3": 0, 'u"4 OR *': 0}, named=2, total=3
        )
        harmful = FieldIs("queue", "harmful", phrase=True)
        fetched = DateRange("fetched", None, START + timedelta(hours=9))
        assert count(AllOf((harmful, fetched)), ["u-2"]) == GeoFacet(
            units={"u-2": 1}, named=1, total=1
        )
        assert count(None, []) == GeoFacet(units={}, named=0, total=5)

    # Highlights

    def test_highlights_point_into_the_whole_text(self, index):
        title = unicodedata.normalize("NFD", "Lũ ở Mường Pồn")
        of = post("a", "Nước lũ về.\nDân Mường Pồn sơ tán.", title=title, lead="Tin lũ")
        fill(index, analysis(of))

        def marked(query):
            hit = page(index, query).hits[0]
            whole = hit.document.post.whole_text
            parts = [whole[start:end] for start, end in hit.highlights]
            return [unicodedata.normalize("NFC", part) for part in parts]

        assert marked("lu") == ["Lũ", "lũ", "lũ"]
        assert marked('"mường pồn"') == ["Mường Pồn", "Mường Pồn"]
        assert marked("title:lũ -nắng") == ["Lũ"]
        assert marked("so OR tan") == ["sơ", "tán"]
        assert marked("queue:press") == []

    def test_only_the_very_letters_are_marked_where_they_stand(self, index):
        texts(index, "Diễn biến mới ở Điện Biên")
        hit = page(index, "điện biên").hits[0]
        whole = hit.document.post.whole_text
        assert [whole[a:b] for a, b in hit.highlights] == ["Điện", "Biên"]

    # Writing

    def test_nothing_is_found_before_the_flush(self, index):
        writer = index.writer()
        writer.put_analysis(analysis(post("a")))
        assert ids(index) == []
        writer.flush()
        assert ids(index) == ["a"]
        writer.close()

    def test_an_exception_in_the_block_writes_nothing(self, index):
        def broken_off():
            with index.writer() as writer:
                writer.put_analysis(analysis(post("a")))
                raise KeyError

        with pytest.raises(KeyError):
            broken_off()
        assert index.reader().count() == 0

    def test_a_flush_accounts_for_every_item(self, index):
        writer = index.writer()
        writer.put_analysis(analysis(post("a")))
        writer.put_analysis(analysis(post("a")))
        writer.put_analysis(analysis(post("bad", fetched=datetime(2026, 1, 1))))  # noqa: DTZ001 - the fault under test
        writer.put_review(review("a"))
        writer.put_analysis(analysis(post("b", "chữ \ud800 lẻ")))
        writer.put_analysis(analysis(post("c\ud800")))
        writer.put_analysis(analysis(post("d"), fingerprint=(2**64,)))
        writer.put_analysis(analysis(post("e", revision=2**63)))
        result = writer.flush()
        assert (result.written, result.stale) == (3, 1)
        assert [post_id for post_id, _ in result.failed] == ["bad", "c\ud800", "d", "e"]
        assert set(ids(index)) == {"a", "b"}
        assert writer.flush().written == 0
        writer.close()

    def test_a_document_comes_back_as_it_was(self, index):
        item = analysis(
            post("a", "chữ", media=("x",), counts=Counts(likes=3)),
            urgency=0.7,
            fingerprint=(1, 2**64 - 1),
            sequence=4,
        )
        fill(index, item)
        assert get(index, "a").analysis == item
        assert get(index, "nobody") is None

    def test_a_newer_revision_keeps_the_former_text(self, index):
        fill(index, analysis(post("a", "cũ", title="Tít cũ")))
        fill(index, analysis(post("a", "mới", revision=2)))
        assert ids(index, "mới") == ["a"]
        assert ids(index, "cũ") == []
        (former,) = get(index, "a").history
        assert (former.revision, former.title, former.text) == (1, "Tít cũ", "cũ")

    def test_a_new_analysis_of_the_same_revision_is_no_history(self, index):
        fill(index, analysis(post("a")), analysis(post("a"), sequence=2, language="vi"))
        document = get(index, "a")
        assert document.analysis.language == "vi"
        assert document.history == ()

    def test_versions_may_arrive_in_any_order(self, index):
        items = [
            analysis(post("a", f"bản {n}", revision=n), sequence=s, language=str(s))
            for n, s in ((1, 1), (2, 1), (2, 2), (3, 1))
        ]
        states = set()
        for n, order in enumerate(permutations(items)):
            fill(
                index,
                *(replace(i, post=replace(i.post, id=f"p{n}")) for i in order),
            )
            document = get(index, f"p{n}")
            history = tuple((h.revision, h.text) for h in document.history)
            states.add((document.post.text, history))
        assert states == {("bản 3", ((1, "bản 1"), (2, "bản 2")))}

    def test_an_older_revision_does_not_overwrite(self, index):
        fill(index, analysis(post("a", "mới", revision=2)))
        writer = index.writer()
        writer.put_analysis(analysis(post("a", "cũ", revision=1), sequence=9))
        assert writer.flush().stale == 1
        assert get(index, "a").post.text == "mới"
        writer.close()

    def test_a_revision_may_change_the_time(self, index):
        texts(index, "a", "b", "c")
        fill(index, analysis(post("0", "a", hours=9, revision=2)))
        assert ids(index) == ["0", "2", "1"]
        assert ids(index, "published:2026-11-01") == ["0", "2", "1"]

    def test_a_review_waits_for_its_post(self, index):
        with index.writer() as writer:
            writer.put_review(review("a", verdict=Verdict.TRUE))
            writer.put_story("a", "s1")
            writer.put_gone(gone("a"))
        assert index.reader().count() == 0
        assert get(index, "a") is None
        fill(index, analysis(post("a")))
        assert ids(index, "verdict:true story:s1 gone:deleted") == ["a"]

    def test_reviews_in_any_order(self, index):
        fill(index, analysis(post("a")))
        with index.writer() as writer:
            writer.put_review(review("a", 2, Verdict.TRUE))
            writer.put_review(review("a", 1, Verdict.HARMFUL))
        assert get(index, "a").review.verdict is Verdict.TRUE
        fill(index, analysis(post("a", revision=2)))
        assert get(index, "a").review.version == 2

    def test_a_persons_story_wins(self, index):
        fill(index, analysis(post("a"), story="s1"))
        with index.writer() as writer:
            writer.put_story("a", "s2")
        assert ids(index, "story:s2") == ["a"]
        assert ids(index, "story:s1") == []
        with index.writer() as writer:
            writer.put_review(review("a", story="s3"))
            writer.put_story("a", "s4")
        assert ids(index, "story:s3") == ["a"]

    def test_gone_and_restored(self, index):
        fill(index, analysis(post("a")))
        with index.writer() as writer:
            writer.put_gone(gone("a", GoneReason.RESTORED, hours=5))
            writer.put_gone(gone("a", GoneReason.DELETED, hours=2))
        assert get(index, "a").gone is None
        with index.writer() as writer:
            writer.put_gone(gone("a", GoneReason.MOVED, hours=6))
        assert ids(index, "gone:moved") == ["a"]
        assert [event.reason.value for event in get(index, "a").passed] == [
            "deleted",
            "restored",
            "moved",
        ]

    def test_the_latest_counts_hold(self, index):
        fill(index, analysis(post("a")))
        with index.writer() as writer:
            for hours, likes in ((1, 5), (3, 20), (2, 9)):
                at = START + timedelta(hours=hours)
                counts = Counts(likes=likes)
                writer.put_counts(
                    CountsSeen(post_id="a", revision=1, counts=counts, at=at)
                )
        assert get(index, "a").counts.counts.likes == 20
        assert ids(index, "nội dung") == ["a"]

    def test_delete_removes_everything_and_for_good(self, index):
        fill(index, analysis(post("a", "bí mật", revision=2), fingerprint=(7,)))
        with index.writer() as writer:
            writer.put_review(review("a", 3))
            writer.delete("a")
        writer = index.writer()
        writer.put_analysis(analysis(post("a", "bí mật", revision=2)))
        writer.put_analysis(analysis(post("a", "bí mật", revision=1), sequence=8))
        writer.put_review(review("a", 3))
        writer.put_story("a", "s")
        assert writer.flush().stale == 4
        writer.close()
        assert get(index, "a") is None
        assert ids(index) == ids(index, "bí mật") == []
        assert index.reader().near_copy_candidates([[7]], 9) == [{}]
        fill(index, analysis(post("a", "lại", revision=3)))
        document = get(index, "a")
        assert (document.review, document.history) == (None, ())
        assert document.story is None

    def test_deleting_what_is_not_there(self, index):
        with index.writer() as writer:
            writer.delete("nobody")
        assert index.reader().count() == 0

    def test_what_is_not_indexed_any_more_leaves(self, index):
        fill(index, analysis(post("a"), fingerprint=(7,)))
        with index.writer() as writer:
            writer.put_review(review("a"))
        fill(index, analysis(post("a"), sequence=2, about=About.OTHER))
        assert ids(index) == []
        assert index.reader().near_copy_candidates([[7]], 9) == [{}]
        fill(index, analysis(post("a"), sequence=3))
        assert ids(index, "status:reviewed") == ["a"]
        assert get(index, "a").history == ()

    def test_one_batch_may_hold_the_whole_life_of_a_post(self, index):
        with index.writer() as writer:
            for n in range(1, 6):
                writer.put_analysis(analysis(post("a", f"bản {n}", revision=n)))
                writer.put_review(review("a", n, revision=n))
        assert ids(index, "bản 5 status:reviewed") == ["a"]
        assert len(get(index, "a").history) == 4

    # Hostile text

    @pytest.mark.parametrize(
        "query",
        [
            '"',
            "'",
            "''; DROP TABLE texts; --",
            "NEAR(a b)",
            "title : x",
            "{title text}:a",
            "a* ^b +c",
            "texts MATCH x",
            "((((",
            "))))",
            "OR OR OR",
            "NOT",
            "- -",
            "\x00",
            "a\x00b",
            "\ud800",
            ":::",
            "%_%",
            "keys:kall",
            "a AND",
            '"a" "',
            "\\",
            "🙂 👨‍👩‍👧",
            "ﷺ ½ ß İ",
        ],
    )
    def test_hostile_queries_are_harmless(self, news, query):
        for order in Order:
            page(news, query, order, facets=("queue",))
        for node in (
            Words(query),
            Phrase(query),
            FieldIs("outlet", query),
            FieldIs("title", query, phrase=True),
            FieldIs("id", query),
            FieldIs(query, query),
        ):
            page(news, node, Order.BEST)
        assert news.reader().count() == len(NEWS)

    def test_hostile_texts_are_found(self, index):
        texts(
            index,
            "trước\x00sau",
            'nói "lạ" ); DROP TABLE texts',
            "x" * 300_000,
            "từ " * 60_000 + "cuối",
            "kall knone NOT AND",
        )
        assert ids(index, "trước sau") == ["0"]
        assert ids(index, "drop table texts") == ["1"]
        assert ids(index, "cuối") == ["3"]
        assert ids(index, Words("x" * 300_000)) == ["2"]
        assert ids(index, "kall -knone") == []
        assert get(index, "0").post.text == "trước\x00sau"
        assert len(page(index, "từ").hits[0].highlights) <= 200
        with index.writer() as writer:
            for n in range(5):
                writer.delete(str(n))
        assert ids(index) == ids(index, "cuối") == []

    def test_ids_are_free_text(self, index):
        odd = ["url:https://x/đ?a='1'&b=\"2\"", "a b", "a\x00b", "*", "A", "a"]
        fill(index, *(analysis(post(i)) for i in odd))
        for post_id in odd:
            assert ids(index, FieldIs("id", post_id)) == [post_id]
            assert get(index, post_id).post.id == post_id

    # Near-copies and figures

    def test_near_copies_by_bands(self, index):
        big = 2**64 - 1
        fill(
            index,
            *(
                analysis(post(str(n), hours=n), fingerprint=print_)
                for n, print_ in enumerate([(1, 2), (2, 3), (big, 5), (), (9, -4)])
            ),
        )
        look = index.reader().near_copy_candidates
        assert look([[2], [big, 1], [4], [], [-4]], 10) == [
            {"1": (2, 3), "0": (1, 2)},
            {"2": (big, 5), "0": (1, 2)},
            {},
            {},
            {"4": (9, -4)},
        ]
        assert look([[1, 2, 3]], 1) == [{"1": (2, 3)}]
        fill(index, analysis(post("1", revision=2), fingerprint=(8,)))
        assert look([[2], [8]], 10) == [{"0": (1, 2)}, {"1": (8,)}]

    def test_histogram_counts_local_days_and_queues(self, index):
        both = (Queue.HARMFUL, Queue.PRESS)
        fill(
            index,
            analysis(post("a", "lũ", hours=0), queues=both),
            analysis(post("b", "lũ", hours=13)),
            analysis(post("c", "lũ", hours=14)),
            analysis(post("d", "nắng", hours=15)),
            analysis(post("e", "lũ", hours=999)),
        )
        count = index.reader().histogram
        span = {"since": START, "until": START + timedelta(days=9)}
        lu = parse("lũ", today=TODAY).node
        assert count(lu, **span, utc_offset="+07:00") == {
            "2026-11-01": {"all": 2, "harmful": 1, "press": 2},
            "2026-11-02": {"all": 1, "press": 1},
        }
        assert count(None, **span, utc_offset="+00:00") == {
            "2026-11-01": {"all": 4, "harmful": 1, "press": 4},
        }

    # Rebuild

    def test_a_rebuild_is_hidden_until_the_swap(self, index):
        texts(index, "cũ")
        old = index.live_version()
        with index.begin_rebuild() as writer:
            writer.put_analysis(analysis(post("r", "mới")))
        assert ids(index) == ["0"]
        assert index.live_version() == old
        reader = index.reader()
        index.swap()
        assert ids(index) == ["r"]
        assert [h.document.post.id for h in reader.search(Search()).hits] == ["r"]
        assert index.live_version() != old

    def test_writers_write_to_both_sides_of_a_rebuild(self, index):
        early = index.writer()
        rebuild = index.begin_rebuild()
        late = index.writer()
        early.put_analysis(analysis(post("a", "mới", revision=2)))
        late.put_review(review("b", 2, Verdict.TRUE))
        early.flush()
        late.flush()
        assert ids(index) == ["a"]
        rebuild.put_analysis(analysis(post("a", "cũ", revision=1)))
        rebuild.put_analysis(analysis(post("b", "chữ")))
        rebuild.put_review(review("b", 1, Verdict.HARMFUL))
        rebuild.flush()
        late.delete("c")
        late.flush()
        index.swap()
        early.put_review(review("a", revision=2))
        early.flush()
        assert get(index, "a").post.text == "mới"
        assert [h.text for h in get(index, "a").history] == ["cũ"]
        assert get(index, "a").status == "reviewed"
        assert get(index, "b").review.verdict is Verdict.TRUE
        for writer in (early, late, rebuild):
            writer.close()

    def test_a_post_deleted_during_a_rebuild_stays_deleted(self, index):
        fill(index, analysis(post("a", "mật")))
        rebuild = index.begin_rebuild()
        rebuild.put_analysis(analysis(post("a", "mật")))
        rebuild.flush()
        with index.writer() as writer:
            writer.delete("a")
        rebuild.put_analysis(analysis(post("a", "mật")))
        assert rebuild.flush().stale == 1
        index.swap()
        assert ids(index) == []
        rebuild.close()

    def test_a_second_rebuild_abandons_the_first(self, index):
        first = index.begin_rebuild()
        second = index.begin_rebuild()
        first.put_analysis(analysis(post("a")))
        with pytest.raises(ConflictError):
            first.flush()
        second.put_analysis(analysis(post("b")))
        second.flush()
        index.swap()
        assert ids(index) == ["b"]
        first.close()
        second.close()

    def test_a_swap_needs_a_rebuild(self, index):
        with pytest.raises(ConflictError):
            index.swap()

    def test_pages_go_on_over_a_swap(self, index):
        items = [analysis(post(f"p{n}", "mưa", hours=n)) for n in range(9)]
        fill(index, *items)
        before = ids(index, "mưa", Order.BEST, size=100)

        def swap():
            with index.begin_rebuild() as writer:
                for item in reversed(items):
                    writer.put_analysis(item)
            index.swap()

        assert walk(index, "mưa", Order.BEST, between=swap) == before

    # What deletions leave

    def test_old_deletions_are_forgotten_and_nothing_else(self, index):
        fill(index, *(analysis(post(i, "mưa")) for i in "abcd"))
        with index.writer() as writer:
            for name in "ab":
                writer.delete(name)
            writer.put_review(review("waits"))
            writer.put_analysis(analysis(post("c"), sequence=2, about=About.OTHER))
        assert index.drop_deleted(START - timedelta(days=1)) == 0
        later = datetime.now(UTC) + timedelta(days=1)
        assert index.drop_deleted(later) == 2
        assert index.drop_deleted(later) == 0
        assert ids(index) == ["d"]
        writer = index.writer()
        writer.put_analysis(analysis(post("c", "mưa")))
        assert writer.flush().stale == 1
        fill(index, analysis(post("a", "lại")), analysis(post("waits")))
        assert set(ids(index)) == {"a", "d", "waits"}
        assert get(index, "waits").status == "reviewed"
        writer.close()

    def test_what_came_after_a_deletion_is_not_forgotten(self, index):
        fill(index, analysis(post("a")), analysis(post("b")))
        with index.writer() as writer:
            writer.delete("a")
            writer.delete("b")
        fill(index, analysis(post("a", revision=2)))
        with index.writer() as writer:
            writer.put_review(review("b", 2))
        assert index.drop_deleted(datetime.now(UTC) + timedelta(days=1)) == 0
        fill(index, analysis(post("b", revision=2)))
        assert ids(index, "status:reopened") == ["b"]
        assert ids(index, "status:open") == ["a"]

    def test_old_deletions_are_forgotten_on_both_sides_of_a_rebuild(self, index):
        fill(index, analysis(post("a")))
        rebuild = index.begin_rebuild()
        with index.writer() as writer:
            writer.delete("a")
        assert index.drop_deleted(datetime.now(UTC) + timedelta(days=1)) == 1
        rebuild.put_analysis(analysis(post("a", "lại")))
        assert rebuild.flush().written == 1
        index.swap()
        assert ids(index) == ["a"]
        rebuild.close()

    # Posts of many months

    def months(self, index, count=26):
        """Put a post into each of some months; the newest has the highest number."""
        at = datetime(2024, 10, 15, tzinfo=UTC)
        found = []
        for n in range(count):
            on = at.replace(year=at.year + (at.month - 1 + n) // 12)
            on = on.replace(month=(at.month - 1 + n) % 12 + 1)
            found.append(analysis(post(f"m{n}", "mưa", published=on, fetched=START)))
        fill(index, *found)
        return found

    def test_posts_of_many_months_are_one_index(self, index):
        self.months(index)
        assert index.reader().count() == 26
        assert ids(index, "mưa", size=100) == [f"m{n}" for n in reversed(range(26))]
        assert walk(index, "mưa", Order.OLDEST, 7) == [f"m{n}" for n in range(26)]
        assert ids(index, "published:2024-12..2025-02-28") == ["m4", "m3", "m2"]
        assert ids(index, "published:>=2026-10-01", size=3) == ["m25", "m24"]
        assert ids(index, "published:<2024-11-01") == ["m0"]
        assert set(index.reader().get([f"m{n}" for n in range(26)])) == {
            f"m{n}" for n in range(26)
        }

    def test_a_post_is_one_whatever_month_its_items_name(self, index):
        old, new = datetime(2025, 3, 9, tzinfo=UTC), datetime(2026, 9, 9, tzinfo=UTC)
        with index.writer() as writer:
            writer.put_review(review("a"))
        fill(index, analysis(post("a", "cũ", published=old)))
        fill(index, analysis(post("a", "mới", published=new, revision=2)))
        with index.writer() as writer:
            writer.put_gone(gone("a"))
            writer.put_story("a", "s")
        assert ids(index) == ids(index, "published:2026-09") == ["a"]
        assert ids(index, "published:2025") == []
        assert index.reader().count() == 1
        with index.writer() as writer:
            writer.delete("a")
        assert index.reader().count() == 0

    def test_times_far_from_now_are_months_too(self, index):
        far = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
        fill(
            index,
            *(analysis(post(f"p{n}", published=at)) for n, at in enumerate(far)),
        )
        assert ids(index) == ["p1", "p0"]
        assert ids(index, "published:..1990-01-01") == ["p0"]
        assert ids(index, "published:>=2100") == ["p1"]

    def test_months_emptied_by_deletions_are_forgotten(self, index):
        self.months(index)
        with index.writer() as writer:
            for n in (0, 1, 5, 25):
                writer.delete(f"m{n}")
            writer.put_review(review("m1", 7))
        kept = [f"m{n}" for n in reversed(range(26)) if n not in {0, 1, 5, 25}]
        assert ids(index, size=100) == kept
        assert index.drop_deleted(datetime.now(UTC) + timedelta(days=1)) == 3
        assert ids(index, size=100) == kept
        back = analysis(post("m0", "mưa", published=datetime(2024, 10, 15, tzinfo=UTC)))
        fill(index, back)
        assert ids(index, "published:2024-10") == ["m0"]
        assert index.reader().count() == 23

    def test_a_rebuild_and_swap_of_many_months(self, index):
        items = self.months(index)
        with index.begin_rebuild() as writer:
            for item in items[:20]:
                writer.put_analysis(item)
        assert index.reader().count() == 26
        fill(index, analysis(post("late", published=START)))
        index.swap()
        assert index.reader().count() == 21
        fill(index, *items)
        assert index.reader().count() == 27

    @pytest.mark.parametrize("order", list(Order))
    def test_steady_pages_beside_revisions(self, index, order):
        fill(
            index,
            *(
                analysis(post(f"p{n}", "mưa", hours=n), urgency=n % 4 / 4)
                for n in range(12)
            ),
        )
        before = ids(index, "mưa", order, size=100)

        def revise():
            for n in (0, 5, 11):
                of = post(f"p{n}", "mưa mưa", hours=50 - 9 * n, revision=2)
                fill(index, analysis(of, urgency=0.9), analysis(post(f"new{n}", "mưa")))
            with index.writer() as writer:
                writer.delete("p6")

        found = walk(index, "mưa", order, between=revise, steady=True)
        if index.capabilities.steady_pages:
            assert found == before
        else:
            still = [i for i in before if i not in {"p0", "p5", "p11", "p6"}]
            assert [i for i in found if i in still] == still

    def test_steady_pages_go_on_over_a_swap(self, index):
        items = [analysis(post(f"p{n}", "mưa", hours=n)) for n in range(9)]
        fill(index, *items)
        before = ids(index, "mưa", size=100)

        def swap():
            with index.begin_rebuild() as writer:
                for item in items:
                    writer.put_analysis(item)
            index.swap()

        assert walk(index, "mưa", between=swap, steady=True) == before

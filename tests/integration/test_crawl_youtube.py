"""YouTube's official interface over real HTTP, each visit in a process of its own."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawlers.frontier.sqlite import SqliteFrontier
from evidence.adapters.file import FileEvidence
from support_crawl.jobs import Said, only, run_job, said
from support_crawl.watching import Watch
from support_crawl.youtube import KEY, Api, Comment, Video, fault, youtube_api

WATCH = "https://www.youtube.com/watch?v="


@pytest.fixture
def api() -> Iterator[Api]:
    with youtube_api() as made:
        yield made


@pytest.fixture
def job(tmp_path: Path, api: Api) -> dict[str, Any]:
    source = {
        "id": "yt",
        "name": "Đài của tỉnh",
        "kind": "youtube",
        "url": api.base,
        "api": {"channel": "@daitinh"},
    }
    return {"home": str(tmp_path), "sources": [source], "youtube_key": KEY}


def video(number: int, **facts: Any) -> Video:
    at = f"2026-11-{number % 28 + 1:02}T0{number % 10}:00:00Z"
    return Video(f"vid{number:08}", f"Bản tin số {number}", at, **facts)


def ids(lines: Said, kind: str = "seen") -> list[str]:
    return sorted(line["id"] for line in said(lines, kind))


def test_uploads_comments_and_replies_once_and_pseudonymised(
    api: Api, job: dict[str, Any]
) -> None:
    replies = [Comment(f"top.r{n}", f"Trả lời {n}", "Người B") for n in range(7)]
    top = Comment("top", "Đường ngập ở Mường Lay", likes=4, replies=replies)
    api.videos = [video(1, comments=[top]), video(2)]
    lines = run_job(job)
    posts = {post["id"]: post for post in said(lines, "seen")}
    assert len(posts) == 2 + 1 + 7
    first = posts["youtube:video-vid00000001"]
    assert first["title"] == "Bản tin số 1"
    assert first["text"] == "Mô tả của video."
    assert first["kind"] == "post"
    assert first["url"] == WATCH + "vid00000001"
    assert first["published"] == "2026-11-02 01:00:00+00:00"
    assert first["counts"] == {"views": 10, "likes": 3, "shares": None, "comments": 8}
    comment, reply = posts["youtube:comment-top"], posts["youtube:comment-top.r6"]
    assert comment["kind"] == reply["kind"] == "comment"
    assert comment["thread_id"] == reply["thread_id"] == first["thread_id"]
    assert comment["parent_id"] == first["id"]
    assert reply["parent_id"] == "youtube:comment-top"
    assert comment["counts"]["likes"] == 4
    assert comment["author"]
    assert comment["author"] != reply["author"]
    for clear in ("Người B", "UC-", "UCtinh", "Kênh của một người"):
        assert clear not in json.dumps([*posts.values()], ensure_ascii=False)
    again = run_job(job)
    assert ids(again) == []
    assert only(again, "run")["errors"] == {}
    assert "commentThreads" not in api.methods()[-4:]


def test_the_key_is_in_no_address_capture_or_line(
    api: Api, job: dict[str, Any], tmp_path: Path
) -> None:
    api.videos = [video(1, comments=[Comment("c", "Hay")])]
    lines = run_job(job)
    assert api.headers[0]["X-Goog-Api-Key"] == KEY
    assert not any(KEY in address for address in api.addresses)
    assert KEY not in json.dumps(lines)
    evidence = FileEvidence(tmp_path / "evidence")
    digests = {post["evidence"] for post in said(lines, "seen")}
    assert digests
    for digest in digests:
        capture = evidence.get(digest)
        assert KEY not in str(capture)
        names = {name.lower() for name, _ in capture.request_headers}
        assert "user-agent" in names
        assert "x-goog-api-key" not in names
        assert b"items" in capture.body
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file


def test_many_pages_of_uploads_and_fifty_ids_a_call(
    api: Api, job: dict[str, Any]
) -> None:
    api.videos = [video(n) for n in range(120)]
    lines = run_job(job)
    assert len(ids(lines)) == 120
    assert len(api.asked("playlistItems")) == 3
    assert len(api.asked("videos")) == 3
    # What is known is looked at by ids; the list's first page is unchanged.
    lines = run_job(job)
    assert ids(lines) == []
    assert only(lines, "run")["unchanged"] >= 120
    assert len(api.asked("playlistItems")) == 4


def test_quota_ends_a_visit_and_another_day_takes_it_up(
    api: Api, job: dict[str, Any], tmp_path: Path
) -> None:
    api.page = 10
    api.videos = [video(n, comments=[Comment(f"c{n}", "Ý kiến")]) for n in range(40)]
    api.quota = 12
    run = run_job(job)
    assert "quota_spent: 1" in only(run, "run")["message"]
    assert only(run, "run")["errors"] == {}
    before = len(api.calls)
    # The refusal used the day's budget up, for every process.
    idle = run_job(job)
    assert len(api.calls) == before
    assert "quota_spent" in only(idle, "run")["message"]
    had = ids(run)
    assert 0 < len(had) < 80

    api.quota, api.spent = 10_000, 0
    forget_budget(tmp_path)
    rest = run_job(job)
    every = had + ids(rest)
    assert len(every) == len(set(every)) == 80


def test_the_budget_is_ours_and_spent_before_the_quota_is(
    api: Api, job: dict[str, Any]
) -> None:
    api.videos = [video(n) for n in range(3)]
    run = run_job(job | {"youtube_units_a_day": 2})
    assert api.spent == 2
    assert "quota_spent: 1" in only(run, "run")["message"]
    assert run_job(job | {"youtube_units_a_day": 2})
    assert api.spent == 2


def test_a_search_costs_a_hundred_and_goes_on_from_the_last_seen(
    api: Api, job: dict[str, Any]
) -> None:
    job["sources"][0]["api"] = {"search": "bản tin", "comments": "no"}
    api.videos = [video(n) for n in range(1, 4)]
    assert len(ids(run_job(job))) == 3
    assert api.spent == 101
    assert "publishedAfter" not in api.asked("search")[0]
    api.videos.append(video(9))
    lines = run_job(job)
    assert ids(lines) == ["youtube:video-vid00000009"]
    assert api.asked("search")[1]["publishedAfter"] == "2026-11-04T03:00:00Z"
    assert api.asked("commentThreads") == []


def test_a_search_goes_on_at_the_page_where_the_quota_ended(
    api: Api, job: dict[str, Any], tmp_path: Path
) -> None:
    job["sources"][0]["api"] = {"search": "bản tin", "comments": "no"}
    api.page, api.quota = 10, 250
    api.videos = [video(n) for n in range(28)]
    had = ids(run_job(job))
    assert len(had) == 20
    newest = max(one.published for one in api.videos)

    api.quota, api.calls[:] = 10_000, []
    forget_budget(tmp_path)
    rest = ids(run_job(job))
    assert sorted(had + rest) == sorted(f"youtube:video-{v.id}" for v in api.videos)
    assert [asked["pageToken"] for asked in api.asked("search")] == ["T20"]

    assert ids(run_job(job)) == []
    last = api.asked("search")[-1]
    assert "pageToken" not in last
    assert last["publishedAfter"] == newest


def test_a_killed_walk_along_uploads_reads_what_is_new_and_goes_on(
    api: Api, job: dict[str, Any], tmp_path: Path
) -> None:
    # Each video has a comment, and a page is whole only with its comments.
    api.page = 10
    api.videos = [video(n, comments=[Comment(f"c{n}", "Ý")]) for n in range(28)]
    let_go = threading.Event()

    def hold_up(_method: str, asked: dict[str, str]) -> None:
        if asked.get("pageToken") == "T20":
            let_go.wait(60)

    api.before = hold_up
    with (
        closing(SqliteFrontier(tmp_path / "frontier.sqlite")) as frontier,
        Watch(job, tmp_path / "out.jsonl") as watch,
    ):
        place = "youtube:uploads:yt"
        watch.until(lambda: frontier.validators(place).get("token") == "T20")
        had = ids(watch.said("seen"))
    let_go.set()
    assert len(had) == 40

    api.calls[:], api.before = [], Api.before
    api.videos.append(Video("newest00001", "Tin mới", "2026-11-29T01:00:00Z"))
    every = [*had, *ids(run_job(job))]
    assert len(every) == len(set(every)) == 57
    tokens = [asked.get("pageToken", "") for asked in api.asked("playlistItems")]
    # The second page holds nothing new; what lies behind it was read, up to the third.
    assert tokens == ["", "T10", "T20"]
    assert only(run_job(job), "run")["new"] == 0
    assert [a for a in api.asked("playlistItems")[3:] if "pageToken" in a] == []


def test_a_place_that_the_interface_forgot_begins_the_list_anew(
    api: Api, job: dict[str, Any], tmp_path: Path
) -> None:
    job["sources"][0]["api"] = {"search": "bản tin", "comments": "no"}
    api.page, api.quota = 10, 150
    api.videos = [video(n) for n in range(15)]
    assert len(ids(run_job(job))) == 10
    api.quota = 10_000
    forget_budget(tmp_path)
    api.faults["search"] = [fault(400, "invalidPageToken")]
    assert only(run_job(job), "run")["errors"] == {"page_token": 1}
    assert len(ids(run_job(job))) == 5


def test_a_page_whose_videos_could_not_be_asked_for_is_read_again(
    api: Api, job: dict[str, Any]
) -> None:
    api.page = 10
    api.videos = [video(n) for n in range(15)]
    api.faults["videos"] = [fault(400, "invalidFilters")]
    assert ids(run_job(job)) == []
    assert len(ids(run_job(job))) == 15


def test_edits_counts_and_deletions(api: Api, job: dict[str, Any]) -> None:
    talk = [Comment("c1", "Câu đầu"), Comment("c2", "Câu hai")]
    api.videos = [video(1, comments=talk), video(2), video(3)]
    run_job(job)
    talk[0].text, talk[0].updated = "Câu đầu, đã sửa", "2026-11-21T00:00:00Z"
    del talk[1]
    api.videos[1].private = True
    api.videos[2].views = 999
    lines = run_job(job)
    edited = only(lines, "revised")
    assert edited["id"] == "youtube:comment-c1"
    assert edited["modified"] == "2026-11-21 00:00:00+00:00"
    gone = sorted(line["post_id"] for line in said(lines, "gone"))
    assert gone == ["youtube:comment-c2", "youtube:video-vid00000002"]
    counts = {line["post_id"]: line["counts"] for line in said(lines, "other")}
    assert counts["youtube:video-vid00000003"]["views"] == 999
    # Video 1 has a comment less; nothing else changed.
    assert set(counts) == {"youtube:video-vid00000001", "youtube:video-vid00000003"}
    quiet = run_job(job)
    assert said(quiet, "gone") == said(quiet, "other") == said(quiet, "revised") == []
    api.videos[1].private = False
    back = run_job(job)
    assert only(back, "gone")["reason"] == "restored"


def test_new_comments_of_a_known_video_are_found(api: Api, job: dict[str, Any]) -> None:
    talk = [Comment("c1", "Câu đầu")]
    api.videos = [video(1, comments=talk)]
    run_job(job)
    talk.insert(0, Comment("c2", "Câu mới"))
    talk[1].replies.append(Comment("c1.r", "Đáp lại"))
    lines = run_job(job)
    assert ids(lines) == ["youtube:comment-c1.r", "youtube:comment-c2"]


def test_comments_disabled_is_left_out_and_not_asked_for_again(
    api: Api, job: dict[str, Any]
) -> None:
    api.videos = [video(1, comments=None)]
    run = only(run_job(job), "run")
    assert run["errors"] == {}
    assert "comments_disabled: 1" in run["message"]
    run_job(job)
    assert len(api.asked("commentThreads")) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (fault(400, "badRequest", "API_KEY_INVALID"), "key_invalid"),
        (fault(400, "keyInvalid"), "key_invalid"),
        (fault(403, "accessNotConfigured"), "key_invalid"),
        (fault(404, "playlistNotFound"), "channel_not_found"),
        (fault(400, "invalidPageToken"), "page_token"),
        ((404, {"error": {"code": 404}}), "http_404"),
        ((200, {"items": "không phải danh sách"}), "not_api"),
    ],
)
def test_refusals_have_names(
    api: Api, job: dict[str, Any], answer: tuple[int, dict[str, Any]], code: str
) -> None:
    api.videos = [video(1)]
    api.faults["playlistItems"] = [answer]
    assert only(run_job(job), "run")["errors"] == {code: 1}
    assert len(ids(run_job(job))) == 1


def test_too_fast_is_tried_again_and_paid_for(api: Api, job: dict[str, Any]) -> None:
    api.videos = [video(1)]
    api.faults["playlistItems"] = [fault(403, "rateLimitExceeded")]
    lines = run_job(job)
    assert len(ids(lines)) == 1
    assert only(lines, "run")["errors"] == {}
    assert len(api.asked("playlistItems")) == 2


def test_a_video_that_vanishes_meanwhile_is_gone(api: Api, job: dict[str, Any]) -> None:
    api.videos = [video(1, comments=[Comment("c", "a")])]
    api.faults["commentThreads"] = [fault(404, "videoNotFound")]
    run = only(run_job(job), "run")
    assert run["errors"] == {}


def test_hostile_texts_are_texts(api: Api, job: dict[str, Any]) -> None:
    bad = '<script>alert(1)</script> =HYPERLINK("x") \u202e\x00{{7*7}}\n\n../../etc'
    api.videos = [
        video(1, description=bad * 10, comments=[Comment("c", bad, "<b>x</b>")]),
        Video("../../etc/passwd", "đường dẫn", "2026-11-01T00:00:00Z"),
    ]
    lines = run_job(job)
    posts = {post["id"]: post for post in said(lines, "seen")}
    assert posts["youtube:comment-c"]["text"].startswith("<script>alert(1)</script>")
    assert "\x00" not in posts["youtube:comment-c"]["text"]
    assert len(posts) == 2
    assert "odd_item" in only(lines, "run")["message"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"youtube_key": ""}, "no_key"),
        ({"allowed": []}, "key_kept_back"),
    ],
)
def test_without_key_or_towards_strangers_nothing_is_sent(
    api: Api, job: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    assert only(run_job(job | change), "run")["errors"] == {code: 1}
    assert api.calls == []


def test_the_key_does_not_follow_a_redirect(api: Api, job: dict[str, Any]) -> None:
    elsewhere = {"Location": f"{api.base}/elsewhere"}
    api.faults["channels"] = [(302, {"send": elsewhere})]
    assert only(run_job(job), "run")["errors"] == {"address_refused": 1}
    assert api.methods() == ["channels"]


def test_a_check_reads_few_videos_and_writes_nothing(
    api: Api, job: dict[str, Any], tmp_path: Path
) -> None:
    api.videos = [video(n, comments=[Comment(f"c{n}", "x")]) for n in range(9)]
    found = only(run_job(job | {"do": "check"}), "check")
    assert len(found["posts"]) == 5
    assert found["run"]["errors"] == {}
    assert api.spent == 3
    assert not list((tmp_path / "evidence").rglob("*.warc.gz"))


def forget_budget(home: Path) -> None:
    """Let the day end: a clock that moves is another test's matter."""
    import sqlite3

    with sqlite3.connect(home / "frontier.sqlite") as db:
        db.execute("DELETE FROM validator WHERE url LIKE 'budget:%'")

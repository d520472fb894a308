"""`erase` on an installation: gone from every store, and it stays away."""

from contextlib import closing

from crawlers.frontier.sqlite import SqliteFrontier
from eventlog.port import LogTopic
from integration.line_support import Line, events_of, lines_of


def test_an_erased_post_stays_erased(line: Line) -> None:
    first, revised, second = events_of(2, 10)
    line.put([first, revised, second])
    wanted = first.post.id
    with line.log() as log, log.writer() as writer:
        writer.append(LogTopic.POSTS, wanted, b"no event at all")
    line.settle()
    (row,) = lines_of(line.done("rejected", "list", "--json"))
    (paper,) = lines_of(
        line.done("erase", wanted, "--reason", "request 7/2026", "--json")
    )
    assert paper["reason"] == "request 7/2026"
    assert (len(paper["posts"]), paper["records"]) == (1, 2)
    assert lines_of(line.done("rejected", "list", "--json")) == []
    assert line.run("rejected", "retry", row["number"]).returncode != 0
    line.put([first, revised])
    line.settle()
    assert {hit["id"] for hit in line.found()} == {second.post.id}
    with closing(SqliteFrontier(line.home / "frontier.sqlite")) as frontier:
        assert frontier.erased([wanted]) == {wanted}

"""`topics`, `lag`, `rejected`: the log, what waits in it and what was put aside."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from casework.service import Casework
from cli.output import ATTENTION, emit, friendly, say, show
from cli.state import HomeOption, settings_of
from domain.errors import NotFoundError, QuarantineError
from eventlog.port import EventLog, LogTopic, TopicState

if TYPE_CHECKING:
    from pipeline.quarantine import PutAside

rejected = typer.Typer(
    help="Posts that were put aside because they could not be processed.",
    no_args_is_help=True,
)

topics = typer.Typer(
    help="The log's topics on Kafka; an embedded log needs no care.",
    no_args_is_help=True,
)

GROUPS = {
    "worker": (LogTopic.POSTS,),
    "worker.idle": (LogTopic.BACKFILL,),
    "indexer": (LogTopic.ANALYSES, LogTopic.REVIEWS),
}


def lag(
    as_json: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None
) -> None:
    """Say how far each reader of the log is behind."""
    with friendly():
        from wiring import bootstrap

        log = bootstrap.build_log(settings_of(home))
        for group, topics in GROUPS.items():
            behind = sum(row.behind for row in log.lag(group, topics))
            if as_json:
                emit({"group": group, "topics": list(topics), "behind": behind})
            else:
                show(f"{group}\t{behind}")
        log.close()


@topics.command("ensure")
def ensure_topics(
    as_json: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None
) -> None:
    """Make the topics and bring their settings up to date; may be repeated."""
    with friendly():
        from wiring import bootstrap

        log = bootstrap.build_log(settings_of(home))
        try:
            _show_topics(log.ensure_topics(), as_json=as_json)
        finally:
            log.close()


@topics.command("show")
def show_topics(
    as_json: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None
) -> None:
    """Show the topics and where they differ from the settings; changes nothing."""
    with friendly():
        from wiring import bootstrap

        log = bootstrap.build_log(settings_of(home))
        try:
            _show_topics(log.topic_states(), as_json=as_json)
        finally:
            log.close()


def _show_topics(states: Sequence[TopicState], *, as_json: bool) -> None:
    for state in states:
        if as_json:
            emit(asdict(state))
            continue
        show(f"{state.name}\t{state.partitions} partitions\t{state.replication} copies")
        if state.made:
            show("  made")
        for change in state.changed:
            show(f"  changed: {change}")
        for difference in state.drift:
            show(f"  differs: {difference}")
    if not states and not as_json:
        show("No topics. An embedded log makes its own; on Kafka run topics ensure.")


@rejected.command("list")
def list_rejected(
    as_json: Annotated[bool, typer.Option("--json")] = False, home: HomeOption = None
) -> None:
    """List what was put aside and is not settled."""
    with friendly():
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        for number, row in _open(log, bootstrap.build_casework(settings)).items():
            line = {
                "number": number,
                "at": row.rejected.at.isoformat(),
                "key": row.rejected.key,
                "stage": row.rejected.stage,
                "reason": row.rejected.reason,
                "detail": row.rejected.detail,
            }
            if as_json:
                emit(line)
            else:
                show("\t".join(str(line[name]) for name in line))
        log.close()


@rejected.command("show")
def show_rejected(number: str, home: HomeOption = None) -> None:
    """Show one, with the bytes as they were read."""
    with friendly():
        from wiring import bootstrap

        log = bootstrap.build_log(settings_of(home))
        row = _find(log, number).rejected
        text = None if row.value is None else row.value.decode("utf-8", "replace")
        emit(
            {
                "number": number,
                "at": row.at.isoformat(),
                "from": f"{row.topic}/{row.partition}/{row.offset}",
                "key": row.key,
                "stage": row.stage,
                "reason": row.reason,
                "detail": row.detail,
                "value": text,
            }
        )
        log.close()


@rejected.command("retry")
def retry(
    numbers: Annotated[list[str], typer.Argument(help="Numbers, or `all`.")],
    home: HomeOption = None,
) -> None:
    """Put them back to where they were read from, and settle them here."""
    with friendly():
        from cli.crawling import open_frontier
        from crawlers.erasing import CrawlMemory
        from pipeline.keys import post_of_key
        from pipeline.quarantine import SETTLED
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        casework = bootstrap.build_casework(settings)
        rows = _open(log, casework)
        erased = CrawlMemory(open_frontier(settings)).erased
        chosen = list(rows) if numbers == ["all"] else numbers
        done = 0
        for number in chosen:
            row = rows.get(number) or _find(log, number)
            if erased([post_of_key(row.rejected.key)]):
                say(f"minhtin: {number} is of a post that was erased; it stays out.")
                continue
            try:
                with log.writer() as writer:
                    row.put_back(writer)
            except QuarantineError as error:
                say(f"minhtin: {error}")
                continue
            casework.put_setting("cli", SETTLED + number, "retried")
            done += 1
        show(f"{done} put back.")
        log.close()
        if done < len(chosen):
            raise typer.Exit(ATTENTION)


def _open(log: EventLog, casework: Casework) -> dict[str, "PutAside"]:
    from pipeline.quarantine import SETTLED, put_aside

    settled = {row.key.removeprefix(SETTLED) for row in casework.settings(SETTLED)}
    return {row.number: row for row in put_aside(log, settled)}


def _find(log: EventLog, number: str) -> "PutAside":
    from pipeline.quarantine import put_aside

    for row in put_aside(log):
        if row.number == number:
            return row
    raise NotFoundError(
        f"Nothing was put aside as {number}.", hint="See `minhtin rejected list`."
    )

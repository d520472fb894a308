"""`topics`, `lag`, `rejected`: the log, what waits in it and what was put aside."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from casework.service import Casework
from cli.output import emit, friendly, show
from cli.state import HomeOption, settings_of
from domain.errors import NotFoundError
from domain.events import Rejected
from eventlog.port import EventLog, LogTopic, Record, TopicState

rejected = typer.Typer(
    help="Posts that were put aside because they could not be processed.",
    no_args_is_help=True,
)

topics = typer.Typer(
    help="The log's topics on Kafka; an embedded log needs no care.",
    no_args_is_help=True,
)

PAGE = 500
SETTLED = "rejected.settled."
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
                "at": row.at.isoformat(),
                "key": row.key,
                "stage": row.stage,
                "reason": row.reason,
                "detail": row.detail,
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
        row = _find(log, number)
        emit(
            {
                "number": number,
                "at": row.at.isoformat(),
                "from": f"{row.topic}/{row.partition}/{row.offset}",
                "key": row.key,
                "stage": row.stage,
                "reason": row.reason,
                "detail": row.detail,
                "value": row.value.decode("utf-8", "replace"),
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
        from wiring import bootstrap

        settings = settings_of(home)
        log = bootstrap.build_log(settings)
        casework = bootstrap.build_casework(settings)
        rows = _open(log, casework)
        chosen = list(rows) if numbers == ["all"] else numbers
        for number in chosen:
            row = rows.get(number) or _find(log, number)
            with log.writer() as writer:
                writer.append(LogTopic(row.topic), row.key, row.value)
            casework.put_setting("cli", SETTLED + number, "retried")
        show(f"{len(chosen)} put back.")
        log.close()


def _open(log: EventLog, casework: Casework) -> dict[str, Rejected]:
    settled = {row.key.removeprefix(SETTLED) for row in casework.settings(SETTLED)}
    rows = {_number(record): row for record, row in read_rejected(log)}
    return {number: row for number, row in rows.items() if number not in settled}


def _number(record: Record) -> str:
    return f"{record.partition}-{record.offset}"


def _find(log: EventLog, number: str) -> Rejected:
    for record, row in read_rejected(log):
        if _number(record) == number:
            return row
    raise NotFoundError(
        f"Nothing was put aside as {number}.", hint="See `minhtin rejected list`."
    )


def read_rejected(log: EventLog) -> list[tuple[Record, Rejected]]:
    """Read the whole topic; it holds exceptions, so it is small."""
    from eventlog.codec import decode_rejected

    found = []
    for partition, end in log.ends(LogTopic.REJECTED).items():
        offset = 0
        while offset < end:
            rows = log.read(LogTopic.REJECTED, partition, offset, PAGE)
            if not rows:
                break
            found += [(row, decode_rejected(row.value or b"")) for row in rows]
            offset = rows[-1].offset + 1
    return found

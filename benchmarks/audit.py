"""How long an audit log takes to verify and to read, and in how much memory.

`python -m benchmarks.audit [ROWS [ADDRESS]]`: fills an empty database (a SQLite file
that is removed again, unless an address is given) with a million rows as an office
writes them, verifies it, asks what the auditor's page asks, and exports it.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

from sqlalchemy import NullPool, create_engine, insert

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.adapters.tables import TABLES
from casework.audit import canonical, digest
from casework.chain import CHAIN
from casework.giving_out import as_json_lines
from casework.model import AuditFilter, AuditRow
from casework.rows import AuditEntry, ChainHead
from casework.service import Casework
from domain.clock import ManualClock

CHUNK = 10_000
ACTS = ("decide", "sign_in", "post.reveal", "evidence.read", "undo", "search.save")


def chain(count: int) -> Iterator[AuditRow]:
    """Yield a sound chain: 20 people, 6 acts, 5,000 subjects, a row every 20 s."""
    start, previous = ManualClock().now(), ""
    for number in range(1, count + 1):
        values = {
            "id": number,
            "at": start + timedelta(seconds=20 * number),
            "actor": f"{number % 20:032x}",
            "act": ACTS[number * number % len(ACTS)],
            "subject": f"url:https://example.vn/{number % 5000}",
            "detail": {
                "revision": number % 3,
                "version": 1,
                "reason": f"sha256:{previous}",
            },
            "previous": previous,
        }
        previous = digest(AuditRow(**values), previous)
        yield AuditRow(**values, digest=previous)


def fill(url: str, count: int) -> None:
    """Write the chain past the service, which makes a transaction of each row."""
    engine = create_engine(url, poolclass=NullPool)
    audit, heads = TABLES[AuditEntry], TABLES[ChainHead]
    names = [column.name for column in audit.columns]
    with engine.begin() as connection:
        part, last = [], ""
        for row in chain(count):
            values = {name: getattr(row, name) for name in names}
            part.append(values | {"detail": canonical(row.detail)})
            last = row.digest
            if len(part) == CHUNK or row.id == count:
                connection.execute(insert(audit), part)
                part = []
        head = {"chain": CHAIN, "rows": count, "digest": last}
        connection.execute(insert(heads), head)
    engine.dispose()


def timed(name: str, act: Callable[[], object]) -> None:
    memory = getrusage(RUSAGE_SELF).ru_maxrss
    began = perf_counter()
    told = act()
    seconds = perf_counter() - began
    grown = (getrusage(RUSAGE_SELF).ru_maxrss - memory) / 1024
    print(f"{name:34} {seconds:8.3f} s  {grown:6.1f} MB more at the peak  {told}")


def peak() -> str:
    return f"{getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"


def measure(url: str, count: int) -> None:
    store = SqlCaseworkStore(url)
    fill(url, count)
    print(f"filled, peak of the process so far {peak()}")
    office = Casework(store, ManualClock(), lambda _: b"")
    old = ManualClock().now() + timedelta(days=1)
    asked = {
        "page: newest": AuditFilter(),
        "page: one person": AuditFilter(actors=(f"{7:032x}",)),
        "page: one act": AuditFilter(acts=("decide",)),
        "page: one subject": AuditFilter(subject="url:https://example.vn/7"),
        "page: a day long ago": AuditFilter(since=old, until=old + timedelta(days=1)),
        "page: one act of a day long ago": AuditFilter(
            acts=("decide",), since=old, until=old + timedelta(days=1)
        ),
    }
    for name, wanted in asked.items():
        timed(name, lambda wanted=wanted: len(office.audit_found(wanted, limit=50)))
        timed("  its count", lambda wanted=wanted: office.audit_count(wanted))
    timed("verify", lambda: office.verify_audit().rows)
    noted = office.export_audit("cli", AuditFilter(), "jsonl")
    rows = office.exported(noted)
    timed("export", lambda: sum(1 for _ in as_json_lines(noted, rows)))
    office.close()
    print(f"peak of the whole process {peak()}")


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else 1_000_000
    if len(arguments) > 1:
        measure(arguments[1], count)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{Path(folder) / 'casework.sqlite'}", count)


if __name__ == "__main__":
    main(sys.argv[1:])

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import SourceId
from domain.profile import SourceSpec
from e2e.console_world import Visit
from ui.source_states import SourceState, active, sick, source_line

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _spec(*, enabled: bool = True) -> SourceSpec:
    return SourceSpec(
        id=SourceId("a"), name="A", kind="feed", url="http://a", enabled=enabled
    )


def _visit(
    *, minutes: int = 5, new: int = 0, errors: Mapping[str, int] | None = None
) -> Visit:
    started = NOW - timedelta(minutes=minutes)
    return Visit(started, started, 3, new, 0, 0, errors, "")


@pytest.mark.parametrize(
    ("visits", "state"),
    [
        ([], SourceState.NEVER),
        ([_visit(new=2)], SourceState.GOOD),
        ([_visit(new=2, errors={"404": 1})], SourceState.GOOD),
        ([_visit(errors={"timeout": 3})], SourceState.FAILING),
        ([_visit(minutes=200, new=2)], SourceState.LATE),
    ],
)
def test_the_last_visit_decides(visits: list[Visit], state: SourceState) -> None:
    assert source_line(_spec(), visits, NOW).state is state


def test_a_source_switched_off_is_neither_sick_nor_active() -> None:
    lines = [source_line(_spec(enabled=False), [], NOW), source_line(_spec(), [], NOW)]
    assert [line.state for line in sick(lines)] == [SourceState.NEVER]
    assert len(active(lines)) == 1

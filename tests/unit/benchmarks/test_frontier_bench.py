"""The frontier's measurement, in a small size."""

import pytest

from benchmarks.frontier import main


def test_each_operation_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--urls", "60", "--share", "10"])
    said = capsys.readouterr().out
    for name in ("enqueue", "take", "acknowledge", "resolve", "urgent", "60 URLs"):
        assert name in said

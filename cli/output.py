"""What commands print: JSON lines on stdout for scripts, words on stderr for people.

Exit codes: 0 done; 1 done, but something needs attention (said on stderr); 2 wrong
call or input; 3 configuration; 4 a store is out of reach or full; 5 not allowed.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from domain.errors import (
    ConfigurationError,
    ForbiddenError,
    MinhTinError,
    RetryLaterError,
)

ATTENTION = 1
USAGE = 2
CONFIGURATION = 3
UNREACHABLE = 4
FORBIDDEN = 5


def emit(row: Any) -> None:  # noqa: ANN401 - anything JSON can hold
    """Print one JSON line."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Tell the person at the terminal something; never on stdout."""
    typer.echo(text, err=True)


def show(text: str) -> None:
    """Print a line that is the command's result for a person."""
    typer.echo(text)


@contextmanager
def friendly() -> Iterator[None]:
    """Turn our errors into a sentence and an exit code, never a traceback."""
    try:
        yield
    except MinhTinError as error:
        say(f"minhtin: {error}")
        raise typer.Exit(_code(error)) from error
    except BrokenPipeError as error:
        # The reader of a pipe went away (`| head`): that is no fault.
        sys.stderr.close()
        raise typer.Exit(0) from error


def _code(error: MinhTinError) -> int:
    match error:
        case ConfigurationError():
            return CONFIGURATION
        case RetryLaterError():
            return UNREACHABLE
        case ForbiddenError():
            return FORBIDDEN
        case _:
            return USAGE

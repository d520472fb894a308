"""Errors as people may see them: what happened, what to do, a number to quote."""

import secrets
import traceback
from dataclasses import dataclass

import structlog

from domain.errors import (
    ConflictError,
    ForbiddenError,
    MinhTinError,
    NotFoundError,
    QuarantineError,
    RetryLaterError,
)
from ui.wording import Wording

log = structlog.get_logger("ui")

STATUS: tuple[tuple[type[MinhTinError], int], ...] = (
    (RetryLaterError, 503),
    (QuarantineError, 422),
    (NotFoundError, 404),
    (ConflictError, 409),
    (ForbiddenError, 403),
)
UNEXPECTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error without a traceback; `number` finds it again in the log."""

    status: int
    message: str
    hint: str
    number: str


def problem_of(error: Exception, words: Wording) -> Problem:
    """Turn an error into words and log it. What is not ours is never shown."""
    number = secrets.token_hex(3).upper()
    for kind, status in STATUS:
        if isinstance(error, kind):
            message, hint = words.told(error.message), words.told(error.hint)
            if isinstance(error, RetryLaterError):
                message, hint = words("problem.retry"), words("problem.retry_hint")
            log.info("console_refused", number=number, status=status, error=str(error))
            return Problem(status=status, message=message, hint=hint, number=number)
    # As text: values of local variables, which may be people's posts, stay out of logs.
    trace = "".join(traceback.format_exception(error))
    log.error("console_failed", number=number, trace=trace)
    return Problem(
        status=UNEXPECTED,
        message=words("problem.unexpected"),
        hint=words("problem.unexpected_hint"),
        number=number,
    )

"""The error tree, named by what the caller must do.

MinhTinError
├── RetryLaterError     wait `retry_after` seconds, then do the same again
│   └── StoreFullError  a bound (disk, log size) is reached: stop taking in, say why
├── QuarantineError     this input can never succeed: put it aside, go on
├── ConfigurationError  the program cannot go on: `hint` says what to change
│   └── NotLetInError    a store does not take this program: no input is at fault
├── NotFoundError       the thing named does not exist
├── ConflictError       somebody else was first: read again, then decide
└── ForbiddenError      the role may not do this
"""


class MinhTinError(Exception):
    """Root of all errors that Minh Tin raises on purpose.

    `message` says what happened, `hint` what a person can do about it (may be empty).
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class RetryLaterError(MinhTinError):
    """Transient: the same call may succeed after `retry_after` seconds."""

    def __init__(
        self, message: str, *, retry_after: float = 1.0, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class StoreFullError(RetryLaterError):
    """A store refused a write because a size bound or the disk is reached."""


class QuarantineError(MinhTinError):
    """The input itself is at fault and would fail every time."""

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class ConfigurationError(MinhTinError):
    """Settings, profile or artefacts do not allow the program to start."""


class NotLetInError(ConfigurationError):
    """A store refuses this program, by its certificate, account or kind.

    Every input would fail, so none may be put aside and waiting does not help.
    """


class NotFoundError(MinhTinError):
    """The named thing does not exist (any more)."""


class ConflictError(MinhTinError):
    """The state changed since it was read."""


class ForbiddenError(MinhTinError):
    """The signed-in person's role does not allow the act."""

"""Who may do what: one readable table of roles and acts."""

from collections.abc import Mapping
from enum import StrEnum

from casework.model import Account
from casework.port import Rows, eq
from casework.rows import AccountRow
from domain.errors import ForbiddenError
from domain.labels import Role


class Act(StrEnum):
    """What an account may be allowed; the sentence after each stands in the docs."""

    READ_POSTS = "read_posts"
    READ_PERSONAL = "read_personal"
    DECIDE = "decide"
    UNDO_OWN = "undo_own"
    UNDO_OTHERS = "undo_others"
    SETTLE = "settle"
    CUT_STORY = "cut_story"
    ADD_POST = "add_post"
    SAVE_SEARCH = "save_search"
    DROP_SHARED_SEARCH = "drop_shared_search"
    HOLD_TOKEN = "hold_token"  # noqa: S105 - an act, no secret
    EDIT_SETTINGS = "edit_settings"
    PAUSE_SOURCE = "pause_source"
    EDIT_SOURCE = "edit_source"
    CHOOSE_MODEL = "choose_model"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    FORGET_POSTS = "forget_posts"
    EXPORT_POSTS = "export_posts"
    EXPORT_AUDIT = "export_audit"
    READ_CASES = "read_cases"
    WORK_CASES = "work_cases"
    SETTLE_CASES = "settle_cases"
    READ_REQUESTS = "read_requests"
    HANDLE_REQUESTS = "handle_requests"


MEANING: Mapping[Act, str] = {
    Act.READ_POSTS: "read queues, search, map, sources, models",
    Act.READ_PERSONAL: "see personal data in the clear and open captures; logged",
    Act.DECIDE: "give verdicts, hold a post open",
    Act.UNDO_OWN: "undo one's own decision",
    Act.UNDO_OTHERS: "undo a decision of others",
    Act.SETTLE: "have the last word where two reviewers disagree",
    Act.CUT_STORY: "take a post out of a story",
    Act.ADD_POST: "add a post that was seen",
    Act.SAVE_SEARCH: "save searches",
    Act.DROP_SHARED_SEARCH: "drop a shared search of others",
    Act.HOLD_TOKEN: "make access tokens for oneself",
    Act.EDIT_SETTINGS: "change settings of the office",
    Act.PAUSE_SOURCE: "pause and resume a source",
    Act.EDIT_SOURCE: "edit a source",
    Act.CHOOSE_MODEL: "put a model to use, go back to the former",
    Act.READ_AUDIT: "read and check the audit log",
    Act.MANAGE_ACCOUNTS: "create, change, close accounts; end their sessions",
    Act.FORGET_POSTS: "erase posts on request",
    Act.EXPORT_POSTS: "take results of a search along; logged",
    Act.EXPORT_AUDIT: "take the audit log along; logged",
    Act.READ_CASES: "read cases; what is attached asks for `read_personal` too",
    Act.WORK_CASES: "open cases; posts, tasks, clocks, notes and files of them",
    Act.SETTLE_CASES: "close and reopen a case, merge cases and part them",
    Act.READ_REQUESTS: "read people's requests about their data, and objections",
    Act.HANDLE_REQUESTS: "enter, find, assess, carry out and answer these",
}

_READERS = frozenset(Role) - {Role.GRASSROOTS}
"""A grassroots officer brings in what was seen in the field, and reads bulletins; the
posts themselves, with what is said about people in them, are not theirs to browse."""

_REVIEWERS = frozenset({Role.ANALYST, Role.SENIOR, Role.PRESS, Role.LEADER})
"""Neither the administrator, who could make and unmake reviewers and erase posts, nor
the auditor, who judges the reviewing."""

_WRITERS = _REVIEWERS | {Role.DRAFTER}
"""An answer to a petition needs the petitioner's name and the page as it stood."""

_SETTLERS = frozenset({Role.SENIOR, Role.PRESS, Role.LEADER})
_SENIORS = frozenset({Role.SENIOR, Role.LEADER})
_HEADS = frozenset({Role.LEADER, Role.ADMIN})
_ADMIN = frozenset({Role.ADMIN})
_AUDITOR = frozenset({Role.AUDITOR})

ALLOWED: Mapping[Act, frozenset[Role]] = {
    Act.READ_POSTS: _READERS,
    Act.READ_PERSONAL: _WRITERS,
    Act.DECIDE: _REVIEWERS,
    Act.UNDO_OWN: _REVIEWERS,
    Act.UNDO_OTHERS: _SENIORS,
    Act.SETTLE: _SENIORS,
    Act.CUT_STORY: _REVIEWERS,
    Act.ADD_POST: _WRITERS | {Role.GRASSROOTS},
    Act.SAVE_SEARCH: _WRITERS | _ADMIN,
    Act.DROP_SHARED_SEARCH: _SENIORS | _ADMIN,
    Act.HOLD_TOKEN: _READERS,
    Act.EDIT_SETTINGS: _HEADS,
    Act.PAUSE_SOURCE: _HEADS,
    Act.CHOOSE_MODEL: _HEADS,
    Act.READ_AUDIT: _HEADS | {Role.AUDITOR},
    Act.MANAGE_ACCOUNTS: _ADMIN,
    Act.EDIT_SOURCE: _ADMIN,
    Act.FORGET_POSTS: _ADMIN,
    Act.EXPORT_POSTS: _READERS - {Role.AUDITOR},
    Act.EXPORT_AUDIT: _AUDITOR,
    Act.READ_CASES: _WRITERS | _AUDITOR,
    Act.WORK_CASES: _WRITERS,
    Act.SETTLE_CASES: _SETTLERS,
    Act.READ_REQUESTS: _SETTLERS | _ADMIN,
    Act.HANDLE_REQUESTS: _SETTLERS,
}
"""Who may do what; `docs/accounts.md` shows it as a table that is made of this.

Nobody who works on posts takes the log out of the house.
"""


class RefusedError(ForbiddenError):
    """The role of `actor` does not allow `act`; the refusal goes into the audit."""

    def __init__(self, message: str, *, hint: str, row: AccountRow, act: Act) -> None:
        super().__init__(message, hint=hint)
        self.actor = row.id
        self.role = row.role
        self.act = act


MACHINES = frozenset(
    {"system", "cli", "jobs", "init", "minhtin", "anonymous", "sign-on"}
)
"""Names under which the software itself acts; no account may bear one."""


def may(role: Role, act: Act) -> bool:
    """Say whether the table allows it."""
    return role in ALLOWED[act]


def require(rows: Rows, actor: Account | str, act: Act) -> None:
    """Refuse what the actor's present role does not allow.

    An account is read again, since it may have lost its role or been closed after the
    page was opened. A string is an account's id or name, else a part of the software
    (a job, the command line), which acts for whoever may run it on the machine.
    """
    row = find_actor(rows, actor.id if isinstance(actor, Account) else actor)
    if row is None:
        if isinstance(actor, Account):
            raise ForbiddenError("Tài khoản không tồn tại.")
        return
    if not row.active:
        raise RefusedError(
            "Tài khoản đã bị khoá.",
            hint="Vui lòng liên hệ quản trị viên.",
            row=row,
            act=act,
        )
    if not may(Role(row.role), act):
        raise RefusedError(
            "Vai trò của bạn không được phép làm việc này.",
            hint="Vui lòng liên hệ lãnh đạo hoặc quản trị viên.",
            row=row,
            act=act,
        )


def find_actor(rows: Rows, actor: str) -> AccountRow | None:
    """Find the account of that id or name; None for a part of the software."""
    found = rows.one(AccountRow, eq("id", actor))
    return found or rows.one(AccountRow, eq("name", actor))

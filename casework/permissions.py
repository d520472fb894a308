"""Who may do what: one readable table of roles and acts."""

from collections.abc import Mapping
from enum import StrEnum

from casework.model import Account
from casework.port import Rows, eq
from casework.rows import AccountRow
from domain.errors import ForbiddenError
from domain.labels import Role


class Act(StrEnum):
    DECIDE = "decide"
    ADD_POST = "add_post"
    UNDO_OWN = "undo_own"
    UNDO_OTHERS = "undo_others"
    CUT_STORY = "cut_story"
    SAVE_SEARCH = "save_search"
    DROP_SHARED_SEARCH = "drop_shared_search"
    EDIT_SETTINGS = "edit_settings"
    PAUSE_SOURCE = "pause_source"
    EDIT_SOURCE = "edit_source"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    FORGET_POSTS = "forget_posts"
    CHOOSE_MODEL = "choose_model"


_EVERYONE = frozenset(Role)
_HEADS = frozenset({Role.LEADER, Role.ADMIN})
_ADMIN = frozenset({Role.ADMIN})

ALLOWED: Mapping[Act, frozenset[Role]] = {
    #                       analyst  press  leader  admin
    Act.DECIDE: _EVERYONE,  #  yes    yes    yes     yes
    Act.ADD_POST: _EVERYONE,
    Act.UNDO_OWN: _EVERYONE,
    Act.CUT_STORY: _EVERYONE,
    Act.SAVE_SEARCH: _EVERYONE,
    Act.UNDO_OTHERS: _HEADS,  # no    no     yes     yes
    Act.DROP_SHARED_SEARCH: _HEADS,
    Act.EDIT_SETTINGS: _HEADS,
    Act.PAUSE_SOURCE: _HEADS,
    Act.READ_AUDIT: _HEADS,
    Act.CHOOSE_MODEL: _HEADS,
    Act.MANAGE_ACCOUNTS: _ADMIN,  # no no    no      yes
    Act.EDIT_SOURCE: _ADMIN,
    Act.FORGET_POSTS: _ADMIN,
}

MACHINES = frozenset({"system", "cli", "jobs", "init", "minhtin", "anonymous"})
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
        raise ForbiddenError(
            "Tài khoản đã bị khoá.", hint="Vui lòng liên hệ quản trị viên."
        )
    if not may(Role(row.role), act):
        raise ForbiddenError(
            "Vai trò của bạn không được phép làm việc này.",
            hint="Vui lòng liên hệ lãnh đạo hoặc quản trị viên.",
        )


def find_actor(rows: Rows, actor: str) -> AccountRow | None:
    """Find the account of that id or name; None for a part of the software."""
    found = rows.one(AccountRow, eq("id", actor))
    return found or rows.one(AccountRow, eq("name", actor))

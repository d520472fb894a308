"""Which address asks for what: an act of the role, and a scope of an access token.

Pure. The guard asks it at every request; what is not listed is a page of the console,
which takes a browser's session and a role that may read posts.
"""

import re
from dataclasses import dataclass

from casework.model import Scope, Session
from casework.permissions import Act, may

SIGN_IN = "/sign-in"
CODE = "/sign-in/code"
PASSWORD = "/password"  # noqa: S105 - a path
SIGN_OUT = "/sign-out"
ADD = "/add"
ACCOUNT = "/account"
CODES = "/account/codes"
TOKENS = "/account/tokens"
ACCOUNTS = "/accounts"
CASES = "/cases"
CASE = "/case"
REQUESTS = "/requests"
REQUEST = "/request"
SIGN_ON = "/oidc/sign-in"
CALLBACK = "/oidc/callback"
BACK_CHANNEL = "/oidc/back-channel"

OPEN = frozenset(
    {
        SIGN_IN,
        CODE,
        "/healthz",
        "/language",
        "/assets/sign_in.css",
        SIGN_ON,
        CALLBACK,
        BACK_CHANNEL,
    }
)
"""All that answers without a session. Compared whole: no prefixes to slip under."""

OWN_TOKEN = (ACCOUNT, ACCOUNTS, PASSWORD, SIGN_OUT, ADD, CASE, REQUEST)
"""Forms (and what lies under them), whose routes compare the form's token."""

WHILE_PASSWORD_IS_OLD = frozenset({PASSWORD, SIGN_OUT, *OPEN})
WHILE_CODES_ARE_MISSING = frozenset({CODES, PASSWORD, SIGN_OUT, *OPEN})


@dataclass(frozen=True, slots=True)
class Need:
    """What an address asks for; without a scope no access token opens it.

    What is `closed` answers nobody.
    """

    act: Act | None = None
    scope: Scope | None = None
    closed: bool = False


PAGE = Need(Act.READ_POSTS)
_READ = Need(Act.READ_POSTS, Scope.POSTS)
_CLEAR = Need(Act.READ_PERSONAL, Scope.PERSONAL)

NEEDS: tuple[tuple[re.Pattern[str], Need], ...] = tuple(
    (re.compile(pattern), need)
    for pattern, need in (
        (r"/api/(?:session|queue|counts|post|story|precedents)", _READ),
        (r"/api/viewing", Need(Act.READ_POSTS, Scope.DECISIONS)),
        (r"/api/(?:decisions|undo|claim|return)", Need(Act.DECIDE, Scope.DECISIONS)),
        (r"/api/stories/cut", Need(Act.CUT_STORY, Scope.DECISIONS)),
        (r"/api/(?:pictures|reveal)", _CLEAR),
        (r"/(?:evidence|pictures)/.*", _CLEAR),
        (r"/account(?:/.*)?|/password|/sign-out", Need()),
        (r"/add(?:/.*)?", Need()),  # says itself, in a page, who may not
        (r"/accounts(?:/.*)?", Need(Act.MANAGE_ACCOUNTS)),
        (r"/cases?", Need(Act.READ_CASES)),
        (r"/case/file", Need(Act.READ_PERSONAL)),
        (r"/case/(?:merge|part)", Need(Act.SETTLE_CASES)),
        (r"/case/[a-z-]+", Need(Act.WORK_CASES)),
        (r"/requests?", Need(Act.READ_REQUESTS)),
        (r"/request/order", Need(Act.FORGET_POSTS)),
        (r"/request/[a-z-]+", Need(Act.HANDLE_REQUESTS)),
        (r"/audit/export", Need(Act.EXPORT_AUDIT)),
        (r"/audit", Need(Act.READ_AUDIT)),
        (r"/assets/[a-z_.]+", Need()),
        # Streamlit's, of which the console uses none: uploads, figures, programs, its
        # own sign-on. What is not there cannot be misused.
        (r"/_stcore/(?:upload_file|metrics|agent)(?:/.*)?", Need(closed=True)),
        (r"/auth/.*|/oauth2callback", Need(closed=True)),
    )
)


def need_of(path: str) -> Need:
    """Return what the address asks for."""
    found = (need for pattern, need in NEEDS if pattern.fullmatch(path))
    return next(found, PAGE)


def allows(session: Session, need: Need) -> bool:
    """Tell whether the session may: its role, and its scopes if it has any."""
    if need.closed:
        return False
    if session.scopes is not None and need.scope not in session.scopes:
        return False
    return need.act is None or may(session.account.role, need.act)


def has_own_token(path: str) -> bool:
    return any(path == form or path.startswith(f"{form}/") for form in OWN_TOKEN)

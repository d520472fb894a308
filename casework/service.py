"""Casework as one service: what the console, the API, the command and jobs call."""

from casework.access_tokens import AccessTokens
from casework.accounts import Accounts
from casework.assignment import Assignment
from casework.case_clocks import CaseClocks
from casework.case_merges import CaseMerges
from casework.case_work import CaseWork
from casework.ledger import Ledger
from casework.models import ModelChoices
from casework.objections import Objections
from casework.recovery import Recovery
from casework.requests import Requests
from casework.retention import Retention
from casework.review import Review
from casework.runs import Runs
from casework.searches import Searches
from casework.settings import VersionedSettings
from casework.sign_in import SignIn
from casework.single_sign_on import SingleSignOn
from casework.stories import Stories
from casework.viewing import Viewings


class Casework(
    Accounts,
    SignIn,
    SingleSignOn,
    AccessTokens,
    Objections,
    Requests,
    Review,
    Stories,
    CaseWork,
    CaseClocks,
    CaseMerges,
    Viewings,
    Assignment,
    Searches,
    VersionedSettings,
    Ledger,
    ModelChoices,
    Runs,
    Retention,
    Recovery,
):
    """All acts of people and jobs on one store.

    Each act is one transaction with its audit row. Errors are those of
    `domain.errors`, in Vietnamese where people read them. Safe to share by threads.
    """

    def close(self) -> None:
        """Give back the store's connections."""
        self._store.close()

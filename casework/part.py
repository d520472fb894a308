"""What all parts of the service share: the store, the clock, how to leave a trace."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from casework.case_model import CaseTerms
from casework.chain import append
from casework.model import Account, AuditRow
from casework.opinions import SecondReviewPolicy
from casework.passwords import Passwords
from casework.policy import SignInPolicy
from casework.port import CaseworkStore, Rows
from casework.refusals import WatchedStore
from casework.rows import AccountRow
from casework.sealing import Seal
from domain.clock import Clock
from domain.labels import Role
from domain.review import ReviewState


class Part:
    """A part of the service. `encode_review` turns a state into the log's bytes.

    `terms` gives what the office's profile says of cases.
    `second` says which verdicts two people must give; without it none.
    """

    def __init__(
        self,
        store: CaseworkStore,
        clock: Clock,
        encode_review: Callable[[ReviewState], bytes],
        policy: SignInPolicy | None = None,
        *,
        terms: Callable[[], CaseTerms] = CaseTerms,
        second: SecondReviewPolicy | None = None,
    ) -> None:
        self._store: CaseworkStore = WatchedStore(store, clock)
        self._clock = clock
        self._encode = encode_review
        self._policy = policy or SignInPolicy()
        self._terms = terms
        self._second = second or SecondReviewPolicy()
        self._passwords = Passwords(
            time_cost=self._policy.hash_time_cost,
            memory_kib=self._policy.hash_memory_kib,
        )
        self._seal = Seal(self._policy.sealing)

    def _trace(
        self, rows: Rows, actor: str, act: str, *, subject: str, **detail: object
    ) -> AuditRow:
        """Append to the audit chain inside the transaction of the act itself."""
        return append(
            rows, self._clock.now(), actor, act, subject=subject, detail=detail
        )


def account_of(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        display=row.display,
        role=Role(row.role),
        active=row.active,
        must_change_password=row.must_change,
        local=bool(row.password),
    )


def accounts_by_id(rows: Rows, ids: Iterable[str]) -> Mapping[str, Account]:
    found: Sequence[AccountRow] = rows.find_in(AccountRow, "id", ids)
    return {row.id: account_of(row) for row in found}

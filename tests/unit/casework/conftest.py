"""An office of four people on a store in memory."""

from collections.abc import Iterator

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Account
from casework.policy import SignInPolicy
from casework.port import CaseworkStore
from casework.service import Casework
from domain.clock import ManualClock
from domain.labels import Role
from domain.review import ReviewState

PASSWORD = "suối nậm rốm trong"
CHEAP = SignInPolicy(
    hash_time_cost=1, hash_memory_kib=32, sealing=lambda: b"khoa cua bai thu"
)

People = dict[str, Account]


def encode(state: ReviewState) -> bytes:
    return repr(state).encode()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store() -> Iterator[CaseworkStore]:
    store = SqlCaseworkStore("sqlite://")
    yield store
    store.close()


@pytest.fixture
def casework(store: CaseworkStore, clock: ManualClock) -> Casework:
    return Casework(store, clock, encode, CHEAP)


@pytest.fixture
def people(casework: Casework) -> People:
    return {
        role.value: casework.create_account(
            "cli",
            name=role.value,
            display=f"Cán bộ {role.value}",
            role=role,
            password=PASSWORD,
            must_change=False,
        )
        for role in Role
    }

"""Keys, passphrases, and what happens when there is no room."""

import errno
from io import BytesIO
from pathlib import Path

import pytest

from domain.errors import ConfigurationError, QuarantineError, StoreFullError
from jobs.copies.files import close_file, open_file, write_whole
from jobs.copies.sealing import (
    AgeSeal,
    NoSeal,
    Seal,
    key_pair_seal,
    new_key_file,
    new_locked_key,
    unlocked,
)


def other_key() -> AgeSeal:
    text, public = new_key_file()
    return key_pair_seal(public, text)


def test_another_key_gives_one_clear_error(tmp_path: Path) -> None:
    made = close_file(other_key(), BytesIO(b"x"), tmp_path / "f", "f")
    with pytest.raises(ConfigurationError, match="another key or passphrase"):
        open_file(other_key(), tmp_path / "f", made)


def test_a_public_key_writes_and_does_not_read(tmp_path: Path) -> None:
    text, public = new_key_file()
    made = close_file(key_pair_seal(public, ""), BytesIO(b"x"), tmp_path / "f", "f")
    with pytest.raises(ConfigurationError, match="no key is set"):
        open_file(key_pair_seal(public, ""), tmp_path / "f", made)
    out = BytesIO()
    open_file(key_pair_seal("", text), tmp_path / "f", made, out)
    assert out.getvalue() == b"x"
    with pytest.raises(ConfigurationError, match="to encrypt"):
        close_file(key_pair_seal("", text), BytesIO(b"x"), tmp_path / "g", "g")


def test_what_is_no_key_is_said_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match="no public key"):
        key_pair_seal("age1nothing", "")
    with pytest.raises(ConfigurationError) as error:
        key_pair_seal("", "# mine\nAGE-SECRET-KEY-1ABC\n")
    assert "1ABC" not in str(error.value)


def test_a_passphrase_opens_its_key_and_no_other_does() -> None:
    locked, seal = new_locked_key("hoa ban trắng")
    sealed, out = BytesIO(), BytesIO()
    seal.close(BytesIO(b"x"), sealed)
    sealed.seek(0)
    unlocked(locked, "hoa ban trắng").open(sealed, out)
    assert out.getvalue() == b"x"
    with pytest.raises(ConfigurationError, match="passphrase does not open"):
        unlocked(locked, "hoa ban")
    with pytest.raises(ConfigurationError, match="passphrase does not open"):
        unlocked(locked[:-3], "hoa ban trắng")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    made = close_file(NoSeal(), BytesIO(b"x"), tmp_path / "f", "f")
    (tmp_path / "f").unlink()
    with pytest.raises(QuarantineError, match="f: missing"):
        open_file(NoSeal(), tmp_path / "f", made)


class Full:
    """A disk with room for a little."""

    def write(self, piece: bytes, /) -> int:
        del piece
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self) -> None:
        pass


@pytest.mark.parametrize("seal", [NoSeal(), other_key()])
def test_a_full_disk_is_said(seal: Seal, tmp_path: Path) -> None:
    made = close_file(seal, BytesIO(b"x" * 5000), tmp_path / "f", "f")
    with pytest.raises(StoreFullError, match="no room"):
        open_file(seal, tmp_path / "f", made, Full())


def test_a_small_file_is_replaced_whole_and_private(tmp_path: Path) -> None:
    write_whole(tmp_path / "m", b"one")
    write_whole(tmp_path / "m", b"two")
    assert (tmp_path / "m").read_bytes() == b"two"
    assert (tmp_path / "m").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 1

"""What is sealed is read again, and anything else than that is refused."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import MinhTinError, QuarantineError
from jobs.copies.files import close_file, open_file
from jobs.copies.sealing import PIECE, AgeSeal, NoSeal, Seal

KEY = pyrage.x25519.Identity.generate()
AGE = AgeSeal(KEY.to_public(), [KEY])
CHUNK = 64 * 1024
"""age encrypts pieces of this size."""

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
sizes = st.one_of(
    st.integers(0, 200),
    st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, PIECE, PIECE + 1]),
)
seals = st.sampled_from([NoSeal(), AGE])


def data_of(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


@QUICK
@given(size=sizes, seal=seals)
def test_what_is_sealed_is_read_again(size: int, seal: Seal) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "deep" / "file"
        made = close_file(seal, BytesIO(data_of(size)), place, "file")
        out = BytesIO()
        open_file(seal, place, made, out)
        assert out.getvalue() == data_of(size)
        (stored,) = place.parent.iterdir()
        assert stored.stat().st_mode & 0o077 == 0
        assert (stored.read_bytes() == data_of(size)) == isinstance(seal, NoSeal)


@QUICK
@given(size=sizes, seal=seals, where=st.floats(0, 1), cut=st.booleans())
def test_a_flipped_byte_or_a_cut_end_is_found(
    size: int, seal: Seal, where: float, cut: bool
) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "file"
        made = close_file(seal, BytesIO(data_of(size)), place, "file")
        stored = place.with_name(place.name + seal.suffix)
        changed = bytearray(stored.read_bytes())
        at = min(len(changed) - 1, int(where * len(changed)))
        if at < 0:
            return  # An empty file has nothing to change.
        if cut:
            del changed[at:]
        else:
            changed[at] ^= 1
        stored.write_bytes(bytes(changed))
        with pytest.raises(MinhTinError) as error:
            open_file(seal, place, made)
        # A byte of the header may make it one for another key.
        assert isinstance(error.value, QuarantineError) or at < 300


@QUICK
@given(words=st.binary(max_size=400))
def test_no_bytes_of_others_are_taken_for_a_sealed_file(words: bytes) -> None:
    with pytest.raises(MinhTinError):
        AGE.open(BytesIO(words), BytesIO())

"""Secrets that must be read again, sealed with the installation's key.

A copy of the database alone gives neither codes of authenticator apps nor tokens of the
sign-on provider.
"""

import base64
from collections.abc import Callable

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import ConfigurationError


def no_key() -> bytes:
    """Stand for an installation without a key. Raises `ConfigurationError`."""
    raise ConfigurationError(
        "Không có khoá bí mật để niêm phong.",
        hint="Tạo cài đặt bằng `minhtin init`, hoặc đặt MINHTIN_SECRET_KEY.",
    )


class Seal:
    """Seals and opens; asks for the key at the first use, not before."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def close(self, text: str) -> str:
        return self._box().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Raise `ConfigurationError` for what another key sealed."""
        try:
            return self._box().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError(
                "Khoá bí mật của cài đặt đã đổi, không mở được dữ liệu niêm phong.",
                hint="Khôi phục secret.key, hoặc nhờ quản trị viên đặt lại mã.",
            ) from error

    def _box(self) -> Fernet:
        # A key of its own: the same secret also makes pseudonyms.
        derived = HKDF(SHA256(), length=32, salt=None, info=b"minhtin casework seal")
        return Fernet(base64.urlsafe_b64encode(derived.derive(self._key())))

"""Checks the signature of anchors of an audit log; needs Python 3.8 or newer alone.

    python3 verify_anchor.py PUBLIC_KEY FILE …

PUBLIC_KEY is 64 hex digits, as they were printed when the key was made. Ed25519 by the
formulas of RFC 8032, section 5.1, without regard to speed; nothing secret is handled.
Ends with 0 when every anchor in the files was signed by the key, else with 1.
"""

import hashlib
import sys
from pathlib import Path

SIGNATURE = 64  # bytes
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point(data: bytes) -> tuple:
    """Decode 32 bytes (RFC 8032, 5.1.3) into extended coordinates."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(one: tuple, other: tuple) -> tuple:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor: int, base: tuple) -> tuple:
    found = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = add(found, base)
        base, factor = add(base, base), factor >> 1
    return found


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether the key's secret half made this signature of the message."""
    half, s = signature[:32], int.from_bytes(signature[32:], "little")
    if len(signature) != SIGNATURE or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(half + key + message).digest(), "little") % ORDER
    try:
        left, right = times(s, BASE), add(point(half), times(h, point(key)))
    except ValueError:
        return False
    across = (left[0] * right[2] - right[0] * left[2]) % P
    return not across and not (left[1] * right[2] - right[1] * left[2]) % P


if __name__ == "__main__":
    key, bad, seen = bytes.fromhex(sys.argv[1]), 0, 0
    for path in sys.argv[2:]:
        words = Path(path).read_text(encoding="utf-8").split()
        for at in (n for n, word in enumerate(words) if word == "minhtin-audit-anchor"):
            line, signature = (
                " ".join(words[at : at + 6]),
                "".join(words[at + 6 : at + 7]),
            )
            seen += 1
            if not signed(key, line.encode("ascii"), bytes.fromhex(signature)):
                bad += 1
                print(f"{path}: NOT signed by this key: {line}")
    print(f"{seen - bad} of {seen} anchors signed by this key")
    sys.exit(bool(bad or not seen))

"""Names of those who hold leases: a process of a machine."""

import os
import platform
from uuid import uuid4


def own_holder() -> str:
    """Return a name that no other run of any crawler has."""
    return f"{platform.node()}:{os.getpid()}:{uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """Tell whether the holder was a process of this machine and is no more.

    False where that cannot be known: its lease then ends by itself.
    """
    node, _, rest = holder.rpartition(":")[0].rpartition(":")
    if node != platform.node() or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False

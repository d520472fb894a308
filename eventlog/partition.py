"""Which partition a key falls into; the same in every process and for ever."""

from zlib import crc32


def partition_of(key: str, partitions: int) -> int:
    """Return the partition (0-based) of a key among `partitions`."""
    return crc32(key.encode("utf-8", "surrogatepass")) % partitions

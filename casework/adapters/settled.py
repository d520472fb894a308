"""What holds on every database: names and waits."""

BUSY_SECONDS = 10.0
"""How long a writer waits for the others. Shorter fails under a rush of decisions,
longer leaves a person before a page that does not answer."""

WRITE = "casework_write"
"""Execution option of connections that will write."""

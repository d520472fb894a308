"""The event log between crawlers, worker, indexer and casework.

`port.py` says what a log is, `codec.py` turns events into bytes and back (versioned,
pure), `adapters/` hold the implementations: memory, SQLite (several processes on one
machine), Kafka.
"""

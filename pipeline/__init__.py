"""From posts to analyses to the index.

`stages.py` is pure: posts in, analyses out. `worker.py` and `indexer.py` say what is
fetched beforehand and what is written; `runner.py` under both is the only code that
reads, flushes, commits, retries and quarantines.
"""

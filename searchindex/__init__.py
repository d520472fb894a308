"""The search index: one document per post, found by our own query language.

The index is a pure function of the topics `analyses` and `reviews`. `query.py` reads
what people type, `document.py` says what a document holds (with a version), `port.py`
what an index can do; `adapters/` hold memory, SQLite FTS5 and Elasticsearch.
"""

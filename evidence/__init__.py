"""Captured pages as proof: each capture a small WARC file, addressed by digest.

`port.py` says what a store does; `adapters/` hold the file store and memory. A capture
is hashed when it is taken and never rewritten; it can be erased as a whole.
"""

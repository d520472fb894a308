"""Pure extraction: bytes of a page or feed in, fields of a post out.

A ladder of rungs (JSON-LD, site module in `sites/`, generic) fills fields one by one
and remembers which rung gave what.
"""

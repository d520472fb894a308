"""Measurements on the real engines: `make bench-engines`, or each module by itself."""

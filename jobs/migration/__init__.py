"""Moves an installation to other stores: copies, goes on after a kill, compares.

Pure against the ports: `copy.py` the log, `evidence.py` the captures, `journal.py` how
far a move has come, `tally.py` what both sides are compared by.
"""

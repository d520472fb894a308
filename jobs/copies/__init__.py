"""Copies of an installation that are kept elsewhere, and what is brought back.

A copy is a folder below a folder of copies: the three stores as SQLite files, the
other files of the home, and a list of captures; the captures of all copies lie beside
them, each once. `folder.py` is the folder of copies, `manifest.py` what a copy says of
itself, `sealing.py` how files are encrypted, `files.py` how they are written,
`captures.py` the captures, `checking.py` whether a copy is whole, `erased.py` what must
not come back, `again.py` how that is seen to. Which stores there are is the caller's
matter.
"""

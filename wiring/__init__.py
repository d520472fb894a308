"""Builds the program out of settings: the only room that knows all the others.

`settings.py` alone reads the environment, `profile.py` loads a province, and
`bootstrap.py` alone names adapters, with one short builder per port.
"""

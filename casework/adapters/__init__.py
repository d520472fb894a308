"""Implementations of the port; only `wiring.bootstrap` names them."""

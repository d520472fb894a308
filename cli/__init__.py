"""The `minhtin` command: parse, bootstrap, call, print."""

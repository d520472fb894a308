"""A spider per kind of source; each visits one source once."""

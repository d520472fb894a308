"""One module per outlet whose pages need more than the generic rungs."""

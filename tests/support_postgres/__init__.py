"""Databases of their own for tests on a PostgreSQL server that runs already."""

"""What all stores in SQLite files share: entering WAL, and errors by what to do.

The stores themselves are adapters that do not know each other. What stands here holds
for any file that several processes open: it knows no table and no port.
"""

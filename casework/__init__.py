"""What people do: accounts, decisions, saved searches, settings; always with audit.

`service.py` is what the console, the API, the command and jobs call; each act is one
transaction with its audit row and, where others must learn of it, an outbox row.
`port.py` is the store that the service needs, `adapters/` its implementation.
"""

"""What runs by the clock: outbox, story consolidation, retention, health.

`schedule.py` says when a job is due (pure), `scheduler.py` runs what is due: once per
due time though several schedulers run, and after a downtime what was missed. Each job
is a small class that sees ports only; what it must remember is in casework.
`health.py` holds the pure rules that the console and `minhtin doctor` show as well.
"""

"""What Minh Tin talks about: posts, events, labels, analyses, reviews, provinces.

Frozen dataclasses, enums, ids, errors and the clock. Standard library only; imports
nothing of ours, and everything else may import it. All times are aware and in UTC.
"""

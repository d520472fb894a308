"""Identifiers as distinct types, so that a source id is never passed for a post id."""

from typing import NewType

PostId = NewType("PostId", str)
"""`<platform>:<native id>`, else `url:<canonical URL>`; stable across revisions."""

SourceId = NewType("SourceId", str)
StoryId = NewType("StoryId", str)
UnitId = NewType("UnitId", str)
AgencyId = NewType("AgencyId", str)

Digest = NewType("Digest", str)
"""`sha256:<64 lower-case hex digits>` of captured bytes."""

Pseudonym = NewType("Pseudonym", str)
"""Keyed hash of a private author's handle; never the handle."""

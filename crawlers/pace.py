"""What is known of each host's pace; outlives a visit."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Per host the delay that robots.txt asks for, and the time of the last answer."""

    asked: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)

"""What happened, said in the past tense.

Rooms announce events on the unit of work; `flow.py` tells what follows.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Root of all announced events; each lives with its noun's room (`<room>/events.py`)."""

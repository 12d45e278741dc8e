"""What this room announces."""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.core.events import Event
from controller.incidents.case import Incident
from controller.incidents.timeline import Entry


@dataclass(frozen=True, slots=True)
class ClocksActed(Event):
    """What the engine wrote into one or many incidents, each as it stands now, in order of their dues. Their
    next timers are planned already."""

    acted: Sequence[tuple[Incident, Sequence[Entry]]]

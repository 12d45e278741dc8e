"""What this room announces."""

from dataclasses import dataclass
from uuid import UUID

from controller.core.events import Event
from controller.incidents.case import Incident
from controller.incidents.timeline import Entry


@dataclass(frozen=True, slots=True)
class IncidentOpened(Event):
    """A new one, with its first entry already in the timeline."""

    incident: Incident


@dataclass(frozen=True, slots=True)
class IncidentChanged(Event):
    """One entry was added to the timeline of an incident that was there before."""

    incident_id: UUID
    entry: Entry

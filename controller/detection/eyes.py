"""What one process needs to judge silence by, from turn to turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from controller.core.chance import Chance
from controller.detection.hours.actions import Diary
from controller.detection.loop_health import LoopHealth
from controller.detection.our_line import OurLine
from controller.detection.sightings import Sightings
from controller.detection.witnesses.inquiries import Inquiries
from controller.fleet.presence import Presence


@dataclass(slots=True)
class Eyes:
    """`zones`: of customers, as of this turn."""

    presence: Presence
    health: LoopHealth
    chance: Chance
    sightings: Sightings = field(init=False)
    inquiries: Inquiries = field(init=False)
    line: OurLine = field(default_factory=OurLine)
    diary: Diary = field(init=False)
    zones: Mapping[UUID, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sightings = Sightings(self.presence)
        self.diary = Diary(self.health.clock)
        self.inquiries = Inquiries(self.health.clock, self.chance)

    def quiet_s(self, machine_id: UUID) -> float:
        """For how long nothing was heard of it while we ourselves were well: other time proves nothing."""
        return min(self.sightings.age_s(machine_id), self.health.well_for_s())

    def since_s(self, machine_id: UUID) -> float:
        """Since when on the steady clock: the name of one silence."""
        last_s = self.sightings.last_s(machine_id)
        return self.health.well_since_s if last_s is None else last_s

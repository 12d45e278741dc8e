"""One array and its metrics, whatever keeps it."""

from dataclasses import dataclass

from agent.collectors.hardware.part import FAILED, Part
from agent.names import HW_NAME, HW_PARENT, RAID_KIND, RAID_LEVEL
from agent.signals import Metric


@dataclass(frozen=True, slots=True)
class Array:
    """`state`: ok, degraded or failed. `left`: how many more members may fail, None where it cannot be told.

    `failed` are the members known to be lost. `rebuilt` is 0..1 while it is being rebuilt, else None.
    """

    name: str
    kind: str
    level: str
    state: str
    members: int
    working: int
    left: int | None
    failed: tuple[str, ...] = ()
    rebuilt: float | None = None

    def metrics(self) -> list[Metric]:
        part = Part(self.name, "logical_disk", {HW_NAME: self.name, RAID_KIND: self.kind,
                                                RAID_LEVEL: self.level})  # fmt: skip
        metrics = [
            part.status(self.state),
            part.metric("vigia.raid.members", self.members, "{disk}"),
            part.metric("vigia.raid.members_working", self.working, "{disk}"),
        ]
        if self.left is not None:
            metrics.append(part.metric("vigia.raid.redundancy_left", self.left, "{disk}"))
        if self.rebuilt is not None:
            metrics.append(part.metric("vigia.raid.rebuilt", self.rebuilt))
        for member in self.failed:
            lost = Part(f"{self.name}/{member}", "physical_disk", {HW_NAME: member, HW_PARENT: self.name})
            metrics.append(lost.status(FAILED))
        return metrics


def member_errors(array: str, member: str, kind: str, count: float) -> Metric:
    """Errors that the array counted on one of its members, since they were last cleared."""
    part = Part(f"{array}/{member}", "physical_disk")
    return part.metric("hw.errors", count, "{error}", error__type=kind)

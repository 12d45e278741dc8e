"""An array lost a member, or does not work at all: the next disk that fails may lose everything.

Facts: `array_name`; `array_kind` (md, zfs, btrfs, lvm, controller); `array_level`; `array_state` (ok,
degraded, failed); `members_count` and `members_working`; `members_failed`, their names; `redundancy_left`,
how many more may fail (empty where it cannot be told); `rebuilt_ratio` (0..1, empty unless being rebuilt).
"""

from collections.abc import Iterable

from agent.names import HW_PARENT, RAID_KIND, RAID_LEVEL
from agent.rules.hardware.parts import DEGRADED, FAILED, OK, Part, joined, parts
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class RaidDegraded:
    """High with redundancy left; critical with none, or when it failed or is inactive.

    One that fails altogether after it was degraded is told again.
    A controller's array is high until it is offline. Normal: whole, with a failed member beside a spare.
    """

    id = "raid.degraded"
    reads = "raid"
    FACTS = (
        "array_name",
        "array_kind",
        "array_level",
        "array_state",
        "members_count",
        "members_working",
        "members_failed",
        "redundancy_left",
        "rebuilt_ratio",
    )
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = 2400.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        seen = parts(reading, "logical_disk", "physical_disk")
        for array in (part for part in seen if part.kind == "logical_disk" and part.state is not None):
            lost = [one.name for one in seen if one.attributes.get(HW_PARENT) == array.id
                    and one.kind == "physical_disk" and one.state == FAILED]  # fmt: skip
            worst = float(array.state == FAILED)
            yield Sight(array.id, _levels(array, lost), _facts(array, lost), occurrence=worst)


def _levels(array: Part, lost: list[str]) -> tuple[Level, ...]:
    left = array.figure("vigia.raid.redundancy_left")
    last = array.state == DEGRADED and left == 0 and array.attributes.get(RAID_KIND) != "controller"
    critical = array.state == FAILED or last
    high = array.state == DEGRADED
    spared = array.state == OK and bool(lost)
    return (
        Level(Severity.CRITICAL, critical, not critical),
        Level(Severity.HIGH, high, array.state == OK),
        Level(Severity.NORMAL, spared, array.state == OK and not lost),
    )


def _facts(array: Part, lost: list[str]) -> dict[str, str]:
    left, rebuilt = array.figure("vigia.raid.redundancy_left"), array.figure("vigia.raid.rebuilt")
    return {
        "array_name": array.name,
        "array_kind": array.attributes.get(RAID_KIND, ""),
        "array_level": array.attributes.get(RAID_LEVEL, ""),
        "array_state": array.state or "",
        "members_count": plain(array.figure("vigia.raid.members") or 0),
        "members_working": plain(array.figure("vigia.raid.members_working") or 0),
        "members_failed": joined(lost),
        "redundancy_left": "" if left is None else plain(left),
        "rebuilt_ratio": "" if rebuilt is None else plain(rebuilt),
    }

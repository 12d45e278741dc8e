"""A disk has sectors it cannot read, or moved some away: it often fails next, with all else "passed".

Facts: `disk_name`, `disk_model`, `disk_serial`; `sectors_pending` (197), `sectors_uncorrectable` (198),
`errors_reported` (187), `timeouts_count` (188), `sectors_reallocated` (5), empty where it does not tell;
`errors_24h`, how often the kernel could not read or write it in the last day.
"""

from collections.abc import Iterable

from agent.rules.hardware.disks.self_assessment import SMART_BLIND_S, named
from agent.rules.hardware.parts import DAY_S, WEEK_S, Part, parts, rise
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.system.kernel.events import disk_of, events
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

FACT_OF = {
    "197": "sectors_pending",
    "198": "sectors_uncorrectable",
    "187": "errors_reported",
    "188": "timeouts_count",
    "5": "sectors_reallocated",
}
UNREADABLE = ("197", "198")


class SmartSectors:
    """High when 197 or 198 rose in the last day, or stand above 10; critical when the kernel, too, could not
    read that disk in the last day. Normal while 197 or 198 are not zero, and for a week after 187 or 188 were
    first not zero or rose, or 5 rose."""

    id = "smart.sectors"
    reads = "disk"
    hears = "kernel"
    FACTS = ("disk_name", "disk_model", "disk_serial", *FACT_OF.values(), "errors_24h")
    LIMITS = (Limit("high_sectors", 10, 0, 100_000),)
    clear_s = 0.0
    forgets = True
    blind_max_s = SMART_BLIND_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        at_s = reading.taken_at.timestamp()
        if reading.collector == self.hears:
            _hear(reading, at_s, memory)
            return
        for disk in parts(reading, "physical_disk"):
            if disk.figure("vigia.disk.asleep") is None:
                continue
            counts = dict(disk.by("hw.physical_disk.smart"))
            unread = _unread(disk.id, at_s, memory)
            facts = {
                **named(disk),
                **{
                    fact: plain(counts[number]) if number in counts else ""
                    for number, fact in FACT_OF.items()
                },
                "errors_24h": plain(unread),
            }
            many = terms["high_sectors"]
            yield Sight(
                disk.id, _levels(disk, counts, at_s, memory, many, unread > 0) if counts else (), facts
            )


def _hear(reading: Reading, at_s: float, memory: Memory) -> None:
    """The kernel's day, disk by disk: its collector tells it every few seconds, the disks each half hour."""
    day: dict[str, float] = {}
    for event in events(reading, "disk_error"):
        disk = disk_of(event.object)
        day[disk] = day.get(disk, 0.0) + event.day
    for disk, count in day.items():
        memory[f"{disk} kernel"] = {"count": count, "at_s": at_s}


def _unread(disk: str, at_s: float, memory: Memory) -> float:
    """What the kernel counted on that disk in the last day; nothing once it no longer tells of it."""
    heard = memory.get(f"{disk} kernel")
    return heard["count"] if heard and 0 <= at_s - heard["at_s"] < SMART_BLIND_S else 0.0


def _levels(
    disk: Part, counts: dict[str, float], at_s: float, memory: Memory, many: float, unread: bool
) -> tuple[Level, ...]:
    def age_s(number: str) -> float:
        """Since the last rise. The first value seen of 187 and 188 counts as one: nobody was told of it."""
        key = f"{disk.id} {number}"
        if key not in memory and number in ("187", "188"):
            rise(memory, key, 0.0, at_s, WEEK_S)
        last_s = rise(memory, key, counts[number], at_s, WEEK_S).last_s
        return at_s - last_s if last_s is not None else WEEK_S

    ages = {number: age_s(number) for number in counts}
    high = any(number in UNREADABLE and (ages[number] < DAY_S or counts[number] > many) for number in counts)
    news = any(age < WEEK_S for number, age in ages.items() if number not in UNREADABLE)
    normal = news or any(counts.get(number, 0.0) > 0 for number in UNREADABLE)
    return (
        Level(Severity.CRITICAL, high and unread, not high or not unread),
        Level(Severity.HIGH, high, not high),
        Level(Severity.NORMAL, normal, not normal),
    )

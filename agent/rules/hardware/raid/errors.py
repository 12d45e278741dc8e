"""ZFS or btrfs counted new errors on a member: it still answers, and what it answers is wrong.

Facts: `member_name` (array and member); `errors_risen` in the last day; `errors_count`, all that are counted;
`error_kinds` (read, write, checksum, flush, generation).
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import DAY_S, joined, parts, rise
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class RaidErrors:
    """High when a count rises, for a day. What stood there when first seen is old and says nothing."""

    id = "raid.errors"
    reads = "raid"
    FACTS = ("member_name", "errors_risen", "errors_count", "error_kinds")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = 2400.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        at_s = reading.taken_at.timestamp()
        for member in parts(reading, "physical_disk"):
            counts = dict(member.by("hw.errors"))
            if not counts:
                continue
            rises = {
                kind: rise(memory, f"{member.id} {kind}", count, at_s, DAY_S)
                for kind, count in counts.items()
            }
            risen = sum(one.risen for one in rises.values())
            facts = {
                "member_name": member.id,
                "errors_risen": plain(risen),
                "errors_count": plain(sum(counts.values())),
                "error_kinds": joined([kind for kind, one in rises.items() if one.risen]),
            }
            yield Sight(member.id, (Level(Severity.HIGH, risen > 0, risen == 0),), facts)

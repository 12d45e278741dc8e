"""The machine reaches no further than so: its gateway, the resolver of names, or the internet is gone.

Facts: `reach_hop` (gateway, dns, internet), `reach_target` (the address asked first).
"""

from collections.abc import Iterable

from agent.names import REACH, REACH_TARGET
from agent.role import Role
from agent.rules.rule import Level, Memory, Sight
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

OUTWARDS = ("gateway", "dns", "internet")


class ReachLost:
    """High for the nearest hop that is gone for 2 min, critical on servers; what lies behind is not judged:
    with the gateway or all of the internet gone a resolver is no fault of its own; a laptop is carried about.
    """

    id = "reach.lost"
    reads = "reach"
    FACTS = ("reach_hop", "reach_target")
    LIMITS = (Limit("high_s", 120, 0, 86_400),)
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        told = {one.attributes[REACH]: one for one in reading.metrics if one.name == "vigia.reach.up"}
        down = [hop for hop in OUTWARDS if hop in told and not told[hop].value]
        if terms.role is Role.LAPTOP and "gateway" not in told:
            return
        blamed = down[0] if down else ""
        if blamed == "dns" and "internet" in down:
            blamed = "internet"
        for hop in OUTWARDS:
            if hop not in told:
                continue
            up, server, hold_s = bool(told[hop].value), terms.role is Role.SERVER, terms["high_s"]
            levels = (
                Level(Severity.CRITICAL, hop == blamed and server, up or not server, hold_s),
                Level(Severity.HIGH, hop == blamed, up, hold_s),
            )
            yield Sight(hop, levels, {"reach_hop": hop, "reach_target": told[hop].attributes[REACH_TARGET]})

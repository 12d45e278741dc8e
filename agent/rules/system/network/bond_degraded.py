"""A bond of several cables lost some of them: the next one to go takes the network with it.

Facts: `interface_name`, `bond_members`, `bond_members_up`.
"""

from collections.abc import Iterable

from agent.names import INTERFACE
from agent.rules.rule import Level, Memory, Sight, by_object, plain
from agent.rules.system.network.best import best
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class BondDegraded:
    """High when fewer members carry than belong to it, for a minute."""

    id = "network.bond"
    reads = "links"
    FACTS = ("interface_name", "bond_members", "bond_members_up")
    LIMITS = (Limit("high_s", 60, 0, 3600),)
    clear_s = 60.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        names = ("vigia.network.bond.members", "vigia.network.bond.members_up")
        for bond, values in by_object(reading, INTERFACE, *names).items():
            # A member that was taken out (it fell off its bus) is missed too.
            members = best(memory, bond, values[names[0]], reading.taken_at.timestamp())
            up = values.get(names[1], 0.0)
            facts = {"interface_name": bond, "bond_members": plain(members), "bond_members_up": plain(up)}
            yield Sight(bond, (Level(Severity.HIGH, up < members, up >= members, terms["high_s"]),), facts)

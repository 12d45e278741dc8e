"""A certificate of ours that this database does not know: issued after the backup it was restored from.

Without it a fleet whose certificates were renewed since would stand before a closed door, with all that it
keeps for us (trust.md R5).
"""

import logging

from controller.audit.actions import record
from controller.fleet import store as fleet
from controller.fleet.identity import store
from controller.fleet.identity.authority import Peer
from controller.fleet.machine import Machine, MachineEvent
from controller.storage import Unit

_log = logging.getLogger(__name__)


async def adopt(unit: Unit, peer: Peer, machine: Machine) -> store.Certificate | None:
    """Takes the certificate in as the machine's newest; None when it is not newer than all we know of it.

    TLS has seen that our authority signed it, which signs nothing that is not written down too. One that ends
    before another of the machine is a copy's, or was replaced: it stays outside.
    """
    newest = await store.newest_end(unit.connection, peer.agent_id)
    if newest is None or peer.not_after <= newest:
        return None
    _log.warning("restored from an older backup? a later certificate of machine %s is taken in", machine.name)
    await store.adopt_certificate(unit.connection, peer.agent_id, peer.serial, peer.not_after, unit.now)
    event = MachineEvent(machine.id, unit.now, unit.now, "certificate_adopted", {})
    await fleet.remember(unit.connection, [event])
    await record(unit, "machine.certificate_adopted", machine.name, {"serial": peer.serial})
    return await store.certificate(unit.connection, peer.serial)

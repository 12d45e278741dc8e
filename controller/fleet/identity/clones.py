"""Two machines with one identity: a copied disk, a restored image. Both are held at arm's length (trust.md).

A certificate that a newer one has replaced is used again, or a boot that the machine has left comes back: no
machine does either by itself. From then on its faults are taken in, and nothing else: no order is handed out,
no certificate renewed, no upload taken, until a person says which of them it is.
"""

import logging
from dataclasses import replace
from uuid import UUID

from controller.audit.actions import record
from controller.core.errors import Conflict, NotFound
from controller.core.severity import Severity
from controller.fleet import store as fleet
from controller.fleet.findings import CLONED, Finding, FindingCleared, FindingRaised
from controller.fleet.intake.store import KnownFinding, add_findings, change_findings, open_findings
from controller.fleet.machine import Machine, MachineEvent
from controller.storage import Unit

log = logging.getLogger(__name__)

BOOTS_KEPT = 16
HELD = "this machine is in quarantine: two may speak with its identity; `vigia machines release` ends it"


def came_back(machine: Machine, boot_id: str) -> bool:
    """Whether this boot is one that the machine had left: two disks run it, in turns."""
    return boot_id != machine.boot_id and boot_id in machine.past_boots


def boots_after(machine: Machine, boot_id: str) -> tuple[str, ...]:
    """The boots it has left once `boot_id` is the present one."""
    if not machine.boot_id or boot_id == machine.boot_id:
        return machine.past_boots
    kept = [one for one in machine.past_boots if one not in (machine.boot_id, boot_id)]
    return tuple([*kept, machine.boot_id][-BOOTS_KEPT:])


async def suspect(unit: Unit, machine: Machine, reason: str) -> None:
    """`reason`: `old_certificate` or `old_boot`. Once, until a person decides."""
    if machine.quarantined_at is not None:
        return
    log.error("security: clone suspected of machine %s, %s", machine.name, reason)
    await fleet.change_machine(unit.connection, machine.id, quarantined_at=unit.now, quarantine_reason=reason)
    event = MachineEvent(machine.id, unit.now, unit.now, "quarantined", {"reason": reason})
    await fleet.remember(unit.connection, [event])
    await record(unit, "security.clone_suspected", machine.name, {"reason": reason})
    finding = Finding(
        unit.chance.uuid(), machine.id, CLONED, "", Severity.HIGH, unit.now, unit.now,
        {"machine": machine.name, "reason": reason},
    )  # fmt: skip
    await add_findings(unit.connection, [KnownFinding(finding, unit.now, None, already_over=False)])
    unit.announce(FindingRaised(finding))


async def release(unit: Unit, machine_id: UUID) -> None:
    """A person has seen to it that one of them is left. Raises `NotFound`, `Conflict`."""
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None:
        raise NotFound("machine", str(machine_id))
    if machine.quarantined_at is None:
        raise Conflict(f"{machine.name} is not in quarantine")
    await fleet.change_machine(unit.connection, machine_id, quarantined_at=None, quarantine_reason="")
    await fleet.remember(unit.connection, [MachineEvent(machine_id, unit.now, unit.now, "released", {})])
    await record(unit, "machine.release", machine.name)
    for known in await open_findings(unit.connection, machine_id):
        if known.finding.rule == CLONED:
            await change_findings(unit.connection, [replace(known, cleared_at=unit.now)])
            unit.announce(FindingCleared(replace(known.finding, began_at=unit.now)))

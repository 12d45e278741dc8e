"""Takes evidence in, or says that there was no room for it."""

from controller.diagnostics import store
from controller.diagnostics.bundle import Bundle
from controller.fleet.findings import EvidenceReceived, EvidenceRefused
from controller.incidents import store as incidents
from controller.incidents.actions import attach_evidence, refuse_evidence
from controller.storage import Unit


async def receive(unit: Unit, happened: EvidenceReceived, machine_name: str) -> None:
    """The bundle's row carries its incident, the timeline says that it came. Once each."""
    case = await incidents.incident_of_finding(unit.connection, happened.finding_id)
    bundle = Bundle(
        id=unit.chance.uuid(),
        machine_id=happened.machine_id,
        incident_id=case.id if case else None,
        finding_id=happened.finding_id,
        sha256=happened.sha256,
        size_bytes=happened.size_bytes,
        taken_at=happened.taken_at,
        received_at=unit.now,
    )
    if await store.add(unit.connection, bundle) and case is not None:
        await attach_evidence(
            unit,
            case.id,
            sha256=bundle.sha256,
            size_bytes=bundle.size_bytes,
            taken_at=bundle.taken_at,
            machine_name=machine_name,
        )


async def refuse(unit: Unit, happened: EvidenceRefused, machine_name: str) -> None:
    """Said where the evidence will be missed; what is there already stays."""
    case = await incidents.incident_of_finding(unit.connection, happened.finding_id)
    if case is not None:
        facts = {"machine": machine_name, "size_bytes": str(happened.size_bytes), "reason": happened.why}
        await refuse_evidence(unit, case.id, facts=facts, machine_name=machine_name)

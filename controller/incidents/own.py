"""Incidents of our own: what is wrong with Vigía itself, told and counted as a customer's would be.

They belong to the house (`fleet.house`). A rule of ours is named `vigia.<what>`; its title and what to do now
stand in `words/rules.py`. Whoever sees the trouble says so as often as it likes: there is one open incident
for each (rule, object).
"""

from collections.abc import Mapping

from controller.core.actor import SYSTEM, Actor
from controller.core.severity import Severity
from controller.fleet.house import HOUSE, the_house
from controller.incidents import store
from controller.incidents.case import CaseState, Incident
from controller.incidents.events import IncidentOpened
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import entry_of, write
from controller.storage import Unit

PREFIX = "vigia."


async def open_own(
    unit: Unit,
    rule: str,
    object_name: str,
    facts: Mapping[str, str],
    *,
    severity: Severity = Severity.HIGH,
) -> Incident:
    """The one of (rule, object): as it stands when it is open, reopened when it was resolved, else new.

    `rule` begins with `vigia.`; `object_name` says which (a timer's key, a customer's name, "" where there is
    one only); `facts` are what its title shows. Whoever is on duty at level 1 is told.
    """
    assert rule.startswith(PREFIX), rule
    await store.lock_openings(unit.connection)
    known = await store.find_unclosed(unit.connection, HOUSE, rule, object_name, lock=True)
    if known is not None and known.state is CaseState.OPEN:
        return known
    if known is not None:
        return await write(
            unit,
            known,
            EntryKind.REOPENED,
            actor=SYSTEM,
            changes={"state": CaseState.OPEN, "facts": dict(facts)},
            facts={"cause": "symptom_returned"},
            reason="symptom_returned",
            for_customer=True,
            auto=True,
        )
    return await _open(unit, rule, object_name, facts, severity)


async def end_own(
    unit: Unit, rule: str, object_name: str, reason: str = "own_ended", *, actor: Actor = SYSTEM
) -> Incident | None:
    """What it was about is over: it is resolved. None when none of (rule, object) is open.

    `reason` is one that `words/story.py` knows, or a person's words.
    """
    known = await store.find_unclosed(unit.connection, HOUSE, rule, object_name, lock=True)
    if known is None or known.state is not CaseState.OPEN:
        return None
    return await write(
        unit,
        known,
        EntryKind.RESOLVED,
        actor=actor,
        changes={"state": CaseState.RESOLVED, "cleared_at": unit.now},
        facts={"cause": reason},
        reason=reason,
        for_customer=True,
        auto=True,
    )


async def _open(
    unit: Unit, rule: str, object_name: str, facts: Mapping[str, str], severity: Severity
) -> Incident:
    house = await the_house(unit)
    case = Incident(
        id=unit.chance.uuid(),
        number=await store.next_number(unit.connection),
        customer_id=house.id,
        site_id=None,
        machine_id=None,
        severity=severity,
        state=CaseState.OPEN,
        level=1,
        rule=rule,
        object=object_name,
        facts=dict(facts),
        summary="",
        opened_at=unit.now,
        began_at=unit.now,
        cleared_at=None,
        first_response_at=None,
        owner_id=None,
        finding_count=1,
        updated_at=unit.now,
    )
    await store.add(unit.connection, case)
    said = {"rule": rule, "object": object_name, **{f"fact.{name}": value for name, value in facts.items()}}
    entry = entry_of(
        unit,
        case.id,
        EntryKind.OPENED,
        actor=SYSTEM,
        facts=said,
        severity=severity.value,
        for_customer=True,
        auto=True,
    )
    await store.append(unit.connection, entry)
    unit.announce(IncidentOpened(case))
    return case

"""Takes attempts in: from a lab's journal, once, or written down by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from uuid import UUID

from controller.core.actor import Actor, ActorKind
from controller.core.errors import Invalid, NotFound
from controller.fleet.machine import Machine
from controller.incidents import store as incidents
from controller.incidents.actions import attach_attempts
from controller.incidents.case import Incident
from controller.people.access import Act, demand
from controller.reproductions import store
from controller.reproductions.offer import Offer, attempt_of, case_number
from controller.reproductions.reproduction import Attempt, Verdict, rate_of
from controller.storage import Unit


class Outcome(Enum):
    """REFUSED would be refused again: the lab keeps it, with the reason."""

    TAKEN = "taken"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer for one attempt: `case` has it, or `field` and `limit` say why nobody has."""

    attempt_id: UUID
    outcome: Outcome
    case: str = ""
    field: str = ""
    limit: str = ""


async def hand_in(unit: Unit, lab: Machine, offers: Sequence[Offer]) -> tuple[Receipt, ...]:
    """A receipt for each, in order. What does not fit is refused by name and does not hold up the others.

    An attempt that is here already is answered as known, whatever it says now. The timeline of each incident
    gets one entry for each run.
    """
    receipts: list[Receipt] = []
    taken: list[Attempt] = []
    for offer in offers:
        receipt, attempt = await _take(unit, lab, offer)
        receipts.append(receipt)
        if attempt is not None:
            taken.append(attempt)
    await _tell(unit, taken, Actor(ActorKind.AGENT, lab.name, lab.id))
    return tuple(receipts)


async def _take(unit: Unit, lab: Machine, offer: Offer) -> tuple[Receipt, Attempt | None]:
    known = await store.attempt(unit.connection, offer.id)
    if known is not None:
        case = await incidents.incident(unit.connection, known.incident_id)
        return Receipt(offer.id, Outcome.KNOWN, case.reference if case else ""), None
    try:
        case = await _case(unit, offer.case)
        attempt = attempt_of(offer, case.id, lab.id, unit.now)
    except Invalid as error:
        return Receipt(offer.id, Outcome.REFUSED, field=error.field, limit=error.limit), None
    except NotFound as error:
        return Receipt(offer.id, Outcome.REFUSED, field="case", limit=str(error)), None
    if not await store.add(unit.connection, attempt):
        return Receipt(offer.id, Outcome.KNOWN, case.reference), None
    return Receipt(offer.id, Outcome.TAKEN, case.reference), attempt


async def record(unit: Unit, offer: Offer) -> Attempt:
    """An attempt that staff made by hand. Raises `Refused`, `Invalid`, `NotFound`."""
    demand(unit.actor, Act.WORK_INCIDENTS)
    case = await _case(unit, offer.case)
    attempt = attempt_of(offer, case.id, None, unit.now)
    if not await store.add(unit.connection, attempt):
        known = await store.attempt(unit.connection, attempt.id)
        assert known is not None
        return known
    await _tell(unit, [attempt], unit.actor)
    return attempt


async def _case(unit: Unit, reference: str) -> Incident:
    case = await incidents.incident_numbered(unit.connection, case_number(reference))
    if case is None:
        raise NotFound("incident", reference)
    return case


async def _tell(unit: Unit, taken: Sequence[Attempt], actor: Actor) -> None:
    """By incident, in order of id, so that two units never wait for each other; by run within."""

    def place(attempt: Attempt) -> tuple[UUID, UUID]:
        return attempt.incident_id, attempt.run_id

    for (incident_id, run_id), group in groupby(sorted(taken, key=place), place):
        attempts = list(group)
        rate = rate_of(attempts)
        facts = {
            "run_id": str(run_id),
            "recipe": attempts[0].recipe,
            "bench": attempts[0].bench,
            "attempts": str(len(attempts)),
            "reproduced": str(rate.seen),
            "tried": str(rate.tried),
        }
        if len(attempts) == 1 and attempts[0].verdict is Verdict.INCONCLUSIVE:
            facts["reason"] = attempts[0].reason
        at = max(attempt.finished_at for attempt in attempts)
        await attach_attempts(unit, incident_id, actor=actor, at=at, facts=facts)

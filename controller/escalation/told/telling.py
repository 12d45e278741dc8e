"""Who is told of what happened to an incident, with which template (notices go through the outbox)."""

import logging
from collections.abc import Iterable, Mapping
from uuid import UUID

from controller.core.actor import SYSTEM, ActorKind
from controller.core.severity import Severity
from controller.escalation.acknowledgement.actions import Asking, asking, begin
from controller.escalation.acknowledgement.round import About, Round
from controller.escalation.told.duty import contacts_of, on_duty, those_who_can_save_it
from controller.escalation.told.handover import packet
from controller.escalation.told.said import TO_STAFF, facts_of, facts_of_entry
from controller.escalation.waiting.closing import days_of_silence
from controller.fleet import store as fleet
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.events import IncidentChanged, IncidentOpened
from controller.incidents.limits import BROADCAST
from controller.incidents.pauses.actions import OVER
from controller.incidents.timeline import Entry, EntryKind
from controller.incidents.writing import append
from controller.notify.actions import tell
from controller.notify.notice import Recipient
from controller.people import store as people
from controller.sla import ledger
from controller.storage import Unit

logger = logging.getLogger(__name__)

_ASKING = {
    EntryKind.ESCALATED: About.ESCALATED,
    EntryKind.REOPENED: About.REOPENED,
    EntryKind.WARNED: About.WARNED,
}
_TO_CONTACT = {
    EntryKind.RESPONDED: "responded_contact",
    EntryKind.UPDATED_CUSTOMER: "updated_contact",
    EntryKind.RESOLVED: "resolved_contact",
    EntryKind.CLOSED: "closed_contact",
    EntryKind.PAUSED: "paused_contact",
    EntryKind.RESUMED: "resumed_contact",
}


async def tell_opened(unit: Unit, happened: IncidentOpened) -> None:
    """Whoever is on duty at level 1, and an automatic receipt for the customer, which is no answer (T2)."""
    case = happened.incident
    facts = await _facts(unit, case)
    due = (await ledger.next_due(unit.connection, case, unit.now)).get("first_response")
    if due is not None:
        facts["due"] = due.isoformat()
    staff = await on_duty(unit.connection, case.level, unit.now)
    asked = await asking(unit, case, About.OPENED)
    wish = asked.facts if asked else {}
    heard = await _tell_each(unit, case, f"{case.id}/opened", staff, "opened_staff", {**facts, **wish})
    await begin(unit, case, case.level, asked, heard)
    told = await _tell_contact(unit, case, f"{case.id}/opened", "opened_contact", facts, auto=True)
    unit.after_commit(lambda: _log_opened(case, bool(staff)))
    await _note(unit, case, EntryKind.OPENED, heard, told, asked)


def _log_opened(case: Incident, heard: bool) -> None:
    logger.info(
        "incident opened reference=%s severity=%s rule=%s",
        case.reference,
        case.severity.value,
        case.rule or "-",
    )
    if not heard:
        logger.warning(
            "nobody told reference=%s: nobody is on duty at level %d and there is no administrator; see "
            "`vigia users duty`",
            case.reference,
            case.level,
        )


async def tell_changed(unit: Unit, happened: IncidentChanged) -> None:
    """Staff of a clock's step or a symptom's news; the customer's contact of a person's words."""
    entry = happened.entry
    if entry.kind is EntryKind.NOTE and "mentions" in entry.facts:
        await _tell_named(unit, happened.incident_id, entry)
    if entry.kind not in TO_STAFF and entry.kind not in _TO_CONTACT:
        return
    if entry.kind is EntryKind.RESUMED and "ended" in entry.facts:
        return  # they are told of the end itself
    if entry.channel == BROADCAST:
        return  # one message told them, for all their incidents
    case = await incidents.incident(unit.connection, happened.incident_id)
    if case is None or not _worth_telling(case, entry):
        return
    facts = {**await _facts(unit, case), **facts_of_entry(entry)}
    # A step of the engine has a natural key of its own; anything else happened as often as it was written.
    occasion = f"{case.id}/{entry.facts.get('key') or f'{entry.kind.value}/{entry.id}'}"
    if entry.kind is EntryKind.RESOLVED:
        facts["days"] = str(await days_of_silence(unit.connection, case))
    heard: list[Recipient] = []
    told: list[Recipient] = []
    asked: Asking | None = None
    if entry.kind in _TO_CONTACT:
        auto = entry.actor_kind is not ActorKind.PERSON
        template = "merged_contact" if "into" in entry.facts else _TO_CONTACT[entry.kind]
        told = await _tell_contact(unit, case, occasion, template, facts, auto=auto)
        if entry.reason == OVER and entry.actor_kind is ActorKind.ENGINE:
            staff = await those_who_can_save_it(unit.connection, case, unit.now)
            heard = await _tell_each(unit, case, occasion, staff, "resumed_staff", facts)
    else:
        asked = await _asking(unit, case, entry)
        wish = asked.facts if asked else {}
        heard = await _tell_staff(unit, case, entry, occasion, {**facts, **wish})
        await begin(unit, case, entry.level or case.level, asked, heard)
    await _note(unit, case, entry.kind, heard, told, asked)


async def _asking(unit: Unit, case: Incident, entry: Entry) -> Asking | None:
    """Whether those on duty are to say that they heard it. Whoever reopens it by hand is at work on it."""
    about = _ASKING.get(entry.kind)
    if about is None or (about is About.REOPENED and entry.actor_kind is ActorKind.PERSON):
        return None
    fraction = entry.facts.get("fraction")
    return await asking(unit, case, about, float(fraction) if fraction else None)


async def tell_unacknowledged(
    unit: Unit, case: Incident, waiting: Round, recipients: Iterable[Recipient]
) -> list[Recipient]:
    """Those who are next, each once in a round: nobody has acknowledged what the others were told."""
    facts = {
        **await _facts(unit, case),
        "asked": waiting.names,
        "since": waiting.asked_at.isoformat(),
        "due": waiting.due.isoformat() if waiting.due else "",
        "acted_at": unit.now.isoformat(),
        "acknowledge_link": f"{unit.console_url}/incidents/{case.reference}",
    }
    occasion = f"{case.id}/unacknowledged/{waiting.id}"
    return await _tell_each(unit, case, occasion, recipients, "unacknowledged", facts)


async def _tell_named(unit: Unit, incident_id: UUID, entry: Entry) -> None:
    """Colleagues named in a note, whatever their level; nobody is told of their own words."""
    case = await incidents.incident(unit.connection, incident_id)
    if case is None:
        return
    found = [await people.user_named(unit.connection, one) for one in entry.facts["mentions"].split(",")]
    others = [
        Recipient(f"user:{user.id}", user.name, user.email, user.language, user.zone)
        for user in found
        if user is not None and user.id != entry.actor_id
    ]
    facts = {**await _facts(unit, case), **facts_of_entry(entry)}
    occasion = f"{case.id}/mentioned/{entry.id}"
    heard = await _tell_each(unit, case, occasion, others, "mentioned", facts, auto=False)
    await _note(unit, case, entry.kind, heard)


async def _tell_staff(
    unit: Unit, case: Incident, entry: Entry, occasion: str, facts: dict[str, str]
) -> list[Recipient]:
    if entry.kind is EntryKind.ESCALATED:
        staff = await on_duty(unit.connection, entry.level or case.level, unit.now)
    else:
        staff = await those_who_can_save_it(unit.connection, case, unit.now)
    others = [one for one in staff if one.id != f"user:{entry.actor_id}"]
    return await _tell_each(unit, case, occasion, others, TO_STAFF[entry.kind], facts)


def _worth_telling(case: Incident, entry: Entry) -> bool:
    """Flapping is one incident with a count (R7): its 1st, 2nd, 4th, 8th ... coming and going are told."""
    if entry.kind in (EntryKind.SYMPTOM_CLEARED, EntryKind.SYMPTOM_RETURNED):
        count = int(entry.facts.get("count", "1"))
        return count & (count - 1) == 0
    if entry.kind is EntryKind.SEVERITY_CHANGED:
        before = Severity(entry.facts.get("before", case.severity.value))
        return Severity(entry.severity or case.severity.value).rank > before.rank
    return True


async def _facts(unit: Unit, case: Incident) -> dict[str, str]:
    customer = await fleet.customer(unit.connection, case.customer_id)
    machine = await fleet.machine(unit.connection, case.machine_id) if case.machine_id else None
    return facts_of(case, customer.name if customer else "", machine.name if machine else "")


async def _tell_each(
    unit: Unit,
    case: Incident,
    occasion: str,
    recipients: Iterable[Recipient],
    template: str,
    facts: Mapping[str, str],
    *,
    auto: bool = True,
) -> list[Recipient]:
    """Those who had not been told that yet."""
    told: list[Recipient] = []
    entries = await incidents.timeline(unit.connection, case.id) if template == "escalated" else ()
    for recipient in recipients:
        own = {**facts, "recipient": recipient.name}
        if entries:
            own["handover"] = packet(entries, recipient.language, recipient.zone, facts["machine"])
        if await tell(unit, occasion, recipient, template, own, subject_id=case.id, auto=auto):
            told.append(recipient)
    return told


async def _tell_contact(
    unit: Unit, case: Incident, occasion: str, template: str, facts: Mapping[str, str], *, auto: bool
) -> list[Recipient]:
    customer = await fleet.customer(unit.connection, case.customer_id)
    recipients = await contacts_of(unit.connection, customer, case) if customer else ()
    return await _tell_each(unit, case, occasion, recipients, template, facts, auto=auto)


async def _note(
    unit: Unit,
    case: Incident,
    about: EntryKind,
    staff: Iterable[Recipient],
    others: Iterable[Recipient] = (),
    asked: Asking | None = None,
) -> None:
    """The timeline says who was told, so that a story is complete without the outbox."""
    heard = ", ".join(recipient.name for recipient in staff)
    names = ", ".join(part for part in (heard, *(recipient.name for recipient in others)) if part)
    if not names:
        return
    facts = {"about": about.value, "told": names}
    if heard:
        facts["staff"] = heard
    if asked is not None and heard:
        facts["acknowledge_by"] = asked.until.isoformat()
    await append(unit, case.id, EntryKind.NOTICE_QUEUED, actor=SYSTEM, facts=facts, auto=True)

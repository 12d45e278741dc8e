"""A customer's own incidents: the list, one of them, and what they can say about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound
from controller.escalation.waiting import closing
from controller.escalation.waiting.closing import days_of_silence, resolved_at
from controller.fleet import store as fleet
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates.family import merged_into, merged_ones
from controller.incidents.pauses import store as pauses
from controller.incidents.timeline import Entry
from controller.sla import ledger
from controller.storage import Connection
from controller.web.console.queue import title_of
from controller.web.console.steps import Step, steps
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.portal.addressed import addressed
from controller.web.portal.guest import HOME, Member, Signed
from controller.web.portal.promises import Promise, merged_promise, promise
from controller.web.proof import told as proofs
from controller.web.reader import Here
from controller.words.proofs import Voice

router = APIRouter(prefix=HOME)
MOST = 200
_DONE = {
    "opened": "We have it. A mail with its number is on its way to you.",
    "answer": "Your message is with us.",
    "confirm": "Thank you. It is closed.",
    "reopen": "It is open again, and we know what you wrote.",
    "again": "We have it as a new request, since the old one was closed a while ago.",
}


@dataclass(frozen=True, slots=True)
class Row:
    reference: str
    path: str
    title: str
    severity: str
    state: str
    machine: str
    opened_at: datetime
    merged_into: str
    promise: Promise


@router.get("")
async def cases_page(request: Request, member: Signed, context: Here) -> Response:
    """What waits for them first, then what waits for us, then what is over."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        known = {one.id: one.name for one in await fleet.machines(connection, member.customer.id)}
        found = await incidents.queue(connection, customer_id=member.customer.id, limit=MOST)
        states = await ledger.states_of(connection, found, now)
        waiting = await pauses.pauses_of(connection, [case.id for case in found])
        over = [case for case in found if case.state is CaseState.CLOSED]
        merged = {one.id: other.reference for one in over if (other := await merged_into(connection, one.id))}
        rows = [
            Row(
                case.reference, path_of(case), title_of(case, _name(known, case), member.words),
                case.severity.value, case.state.value, _name(known, case), case.opened_at,
                merged.get(case.id, ""),
                promise(
                    states[case.id][1], member.words, member.customer.zone,
                    await _closes_at(connection, case), waiting.get(case.id),
                ),
            )
            for case in found
        ]  # fmt: skip
    order = (CaseState.RESOLVED.value, CaseState.OPEN.value, CaseState.CLOSED.value)
    rows.sort(key=lambda row: order.index(row.state))
    return pages_of(request).shown(
        member.guest, "portal/cases", here="cases", rows=rows, customer=member.customer
    )


@router.get("/incidents/{reference}")
async def case_page(
    request: Request, member: Signed, context: Here, reference: str, done: str = ""
) -> Response:
    """Raises `NotFound`, for another customer's exactly as for none."""
    case = await theirs(context, member, reference)
    said = member.words._(_DONE[done]) if done in _DONE else ""
    return await _shown(request, member, context, case, done=said)


@router.post("/incidents/{reference}/{act}")
async def perform(request: Request, member: Signed, context: Here, reference: str, act: str) -> Response:
    """answer, confirm or reopen. What cannot be taken comes back as it was typed."""
    case = await theirs(context, member, reference)
    typed = await typed_in(request)
    body = typed.get("body", "")
    reached = case
    try:
        async with context.storage.unit(member.actor) as unit:
            if act == "answer":
                reached = await actions.customer_writes(unit, case.id, body)
            elif act == "confirm":
                reached = await actions.customer_confirms(unit, case.id)
            elif act == "reopen":
                reached = await closing.customer_returns(unit, case.id, body)
            else:
                raise NotFound("form", act[:40])
    except Invalid as error:
        faults = fault(member.words, error)
        return await _shown(request, member, context, case, 422, typed=typed, faults=faults)
    except Conflict as error:
        fresh = await theirs(context, member, reference)
        text = refused(member.words, error)
        return await _shown(request, member, context, fresh, 409, typed=typed, refusal=text)
    context.wake_ticker()
    if act == "reopen" and reached.id != case.id:
        act = "again" if reached.opened_at > case.opened_at else "answer"
    return RedirectResponse(f"{path_of(reached)}?done={act}", 303)


def path_of(case: Incident) -> str:
    return f"{HOME}/incidents/{case.reference}"


async def theirs(context: Context, member: Member, reference: str) -> Incident:
    """By INC-7 or 7, if it is this customer's. Raises `NotFound`."""
    digits = reference[4:] if reference.upper().startswith("INC-") else reference
    case = None
    if digits.isascii() and digits.isdigit() and len(digits) <= 10:
        async with context.storage.reading() as connection:
            case = await incidents.incident_numbered(connection, int(digits))
    if case is None or case.customer_id != member.customer.id:
        raise NotFound("incident", reference[:40])
    return case


async def _shown(
    request: Request, member: Member, context: Context, case: Incident, status: int = 200, *,
    done: str = "", typed: Mapping[str, str] | None = None, faults: Fault | None = None, refusal: str = "",
) -> Response:  # fmt: skip
    words, zone = member.words, member.customer.zone
    async with context.storage.reading() as connection:
        told = await ledger.explain(connection, case.id, context.clock.now())
        machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
        closes_at = await _closes_at(connection, told.incident)
        pause = await pauses.pause_of(connection, case.id)
        into = await merged_into(connection, case.id)
        others = [
            (one.reference, path_of(one), title_of(one, "", words))
            for one in await merged_ones(connection, case.id)
        ]
    name = machine.name if machine else ""
    return pages_of(request).shown(
        member.guest, "portal/case", status, here="cases", case=told.incident, machine=name,
        path=path_of(case), title=title_of(case, name, words), zone=zone,
        promise=merged_promise(into.reference, words)
        if into
        else promise(told.state, words, zone, closes_at, pause),
        steps=for_them(told.entries, zone, name, member),
        # A merged one keeps no promise of its own: its survivor's are told.
        kept=() if into else proofs(told, zone, words, Voice.CUSTOMER),
        plan=told.plan.name,
        into=(into.reference, path_of(into)) if into else None, others=others,
        done=done, typed=typed or {}, faults=faults, refusal=refusal,
    )  # fmt: skip


def for_them(entries: tuple[Entry, ...], zone: str, machine: str, member: Member) -> tuple[Step, ...]:
    """Only what is for the customer, newest first; why something was written down late is our affair."""
    seen = tuple(
        replace(entry, facts={name: value for name, value in entry.facts.items() if name != "backdated"})
        for entry in entries
        if entry.for_customer
    )
    shown = steps(seen, zone, machine, member.words)
    # As `steps` orders them.
    ordered = sorted(enumerate(seen), key=lambda pair: (pair[1].at, pair[0]), reverse=True)
    return tuple(
        replace(step, text=addressed(member.words, entry, zone, member.session.contact.id) or step.text)
        for step, (_, entry) in zip(shown, ordered, strict=True)
    )


async def _closes_at(connection: Connection, case: Incident) -> datetime | None:
    if case.state is not CaseState.RESOLVED:
        return None
    since = await resolved_at(connection, case.id)
    return since + timedelta(days=await days_of_silence(connection, case)) if since else None


def _name(known: Mapping[UUID, str], case: Incident) -> str:
    return known.get(case.machine_id, "") if case.machine_id else ""

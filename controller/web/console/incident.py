"""An incident's page: its clocks, what to do now, the conversation, the timeline, evidence and proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound
from controller.diagnostics.bundle import Bundle
from controller.escalation.acknowledgement import store as acknowledgement
from controller.escalation.acknowledgement.round import Round
from controller.escalation.reaction import reactions
from controller.escalation.waiting import pausing
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.fleet.machine import Machine
from controller.fleet.orders.order import Order
from controller.fleet.orders.store import orders_for
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.duplicates.family import merged_ones
from controller.incidents.post import Post, post_of
from controller.people import store as people
from controller.problems.problem import Problem
from controller.reproductions import store as reproductions_rows
from controller.reproductions.reproduction import Record
from controller.requests import store as requests
from controller.sla import ledger
from controller.sla.ledger import Explanation
from controller.web.api.companions import bundles_of
from controller.web.console import acts, bundles, companions, drafts, pull_views, reproductions
from controller.web.console.bundles import BundleView
from controller.web.console.clockface import faces, first_warning
from controller.web.console.minutes import Minutes, minutes_of
from controller.web.console.problems import Cause, cause_of, linkable
from controller.web.console.proof import Proof, proof_of
from controller.web.console.queue import title_of
from controller.web.console.requests import Row as RequestRow
from controller.web.console.requests import kinds, rows_of
from controller.web.console.steps import steps
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.duty import capital, next_telling, reacted, waiting
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words import clocks, formats, rules, waits
from controller.words.catalogue import Translator
from controller.words.facts import named as facts_named

router = APIRouter()
# Before the forms of the page, whose address would take it for one of them.
router.include_router(drafts.router)
UNDETECTED = timedelta(seconds=60)
"""A shorter time between the beginning and our knowing is not worth a line (T13)."""


@dataclass(frozen=True, slots=True)
class MachineLink:
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Case:
    """The incident as its page names it. `undetected`: how long it lasted before we knew, "" for at once."""

    reference: str
    path: str
    title: str
    severity: str
    state: str
    level: int
    machine: MachineLink | None
    customer: str
    site: str
    zone: str
    owner: str
    mine: bool
    opened_at: datetime
    began_at: datetime
    cleared_at: datetime | None
    undetected: str
    contact: str
    contact_recommended: str


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is read for the page, in one view of the database."""

    explanation: Explanation
    machine: Machine | None
    customer: Customer
    site: str
    staff: Mapping[UUID, str]
    rows: tuple[Bundle, ...]
    bundles: tuple[BundleView, ...]
    orders: tuple[Order, ...]
    machines: tuple[Machine, ...]
    cause: Cause | None
    problems: tuple[Problem, ...]
    requests: list[RequestRow]
    tried: Record
    post: Post
    companions: companions.Companions
    minutes: Minutes | None
    asked: Round | None


@router.get("/incidents/{reference}")
async def incident_page(
    request: Request, reader: Staff, context: Here, reference: str, act: str = "", done: str = ""
) -> Response:
    """`act` names the form that is open, `done` the act that was just done. Raises `NotFound`."""
    whole = await read_whole(context, reference, reader.words, _user_id(reader))
    finished = acts.named(done, reader.words)
    said = acts.done(finished, whole.post, reader.words) if finished else ""
    if done == "draft":
        said = reader.words._("The draft is kept.")
    if done == "ack":
        said = reader.words._("It is known that you look after it.")
    return shown(request, reader, whole, chosen=act, done=said)


@router.post("/incidents/{reference}/take")
async def take(reader: Staff, context: Here, reference: str) -> Response:
    """Whoever presses it owns the incident."""
    case = await found(context, reference)
    assert reader.session is not None
    async with context.storage.unit(reader.session.user.actor) as unit:
        await actions.assign(unit, case.id, reader.session.user.id)
    return RedirectResponse(f"/incidents/{case.reference}", 303)


@router.get("/incidents/{reference}/{act}")
async def form_page(_: Staff, reference: str, act: str) -> Response:
    """Where a form that came back stands; loading it again gives the empty form."""
    return RedirectResponse(f"/incidents/{quote(reference)}?act={quote(act)}", 303)


@router.post("/incidents/{reference}/{act}")
async def perform(request: Request, reader: Staff, context: Here, reference: str, act: str) -> Response:
    """One form of the page. What cannot be taken comes back with what was typed, and says why."""
    chosen = acts.named(act, reader.words)
    if chosen is None:
        raise NotFound("form", act[:40])
    typed = await typed_in(request)
    case = await found(context, reference)
    faults: Fault | None = None
    refusal = ""
    try:
        async with context.storage.reading() as connection:
            customer = await fleet.customer(connection, case.customer_id)
        assert reader.session is not None
        async with context.storage.unit(reader.session.user.actor) as unit:
            await acts.perform(
                unit, act, case, typed, customer.zone if customer else "UTC", context.console_url
            )
    except Invalid as error:
        faults = fault(reader.words, error)
    except Conflict as error:
        refusal = refused(reader.words, error)
    else:
        context.wake_ticker()
        return RedirectResponse(f"/incidents/{case.reference}?done={act}", 303)
    whole = await read_whole(context, reference, reader.words, _user_id(reader))
    return shown(
        request,
        reader,
        whole,
        422 if faults else 409,
        chosen=act,
        typed=typed,
        faults=faults,
        refusal=refusal,
    )


async def found(context: Context, reference: str) -> Incident:
    """By INC-7, inc-7 or 7. Raises `NotFound`."""
    digits = reference[4:] if reference.upper().startswith("INC-") else reference
    case = None
    if digits.isascii() and digits.isdigit() and len(digits) <= 10:
        async with context.storage.reading() as connection:
            case = await incidents.incident_numbered(connection, int(digits))
    if case is None:
        raise NotFound("incident", reference[:40])
    return case


def _user_id(reader: Reader) -> UUID | None:
    return reader.session.user.id if reader.session else None


async def read_whole(
    context: Context, reference: str, words: Translator, user_id: UUID | None = None
) -> Whole:
    """`user_id`: whose draft is shown. Raises `NotFound`."""
    case = await found(context, reference)
    async with context.storage.reading() as connection:
        explanation = await ledger.explain(connection, case.id, context.clock.now())
        machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
        customer = await fleet.customer(connection, case.customer_id)
        site = await fleet.site(connection, case.site_id) if case.site_id else None
        staff = {one.id: one.name for one in await people.users(connection)}
        rows = await bundles_of(connection, case)
        asked = await orders_for(connection, case.id)
        machines = await fleet.machines(connection, case.customer_id)
        cause = await cause_of(connection, case, words)
        problems = () if cause else await linkable(connection)
        family = [case.id, *(one.id for one in await merged_ones(connection, case.id))]
        asked_for = [one for each in family for one in await requests.of_incident(connection, each)]
        wanted = await rows_of(connection, tuple({one.id: one for one in asked_for}.values()), words)
        tried = await reproductions_rows.record(connection, [case.id])
        post = await post_of(connection, case, mail_is_set_up=context.mail_is_set_up)
        asking = await acknowledgement.waiting(connection, case.id)
        others = await companions.companions_of(
            connection, case, customer.zone if customer else "UTC", user_id, staff, context.clock.now(), words
        )
        minutes = await minutes_of(connection, context.blobs, rows, words)
    assert customer is not None
    viewed = await bundles.views(context.blobs, rows, f"/incidents/{case.reference}", words)
    return Whole(
        explanation, machine, customer, site.name if site else "", staff, rows, viewed, asked, machines,
        cause, problems, wanted, tried, post, others, minutes, asking,
    )  # fmt: skip


def case_of(whole: Whole, reader: Reader) -> Case:
    case, machine = whole.explanation.incident, whole.machine
    gap = case.opened_at - case.began_at
    severity = whole.explanation.plan.severities.get(case.severity.value)
    contact = "\n".join(part for part in (whole.customer.contact_name, whole.customer.contact_email) if part)
    user = reader.session.user if reader.session else None
    return Case(
        reference=case.reference,
        path=f"/incidents/{case.reference}",
        title=title_of(case, machine.name if machine else "", reader.words),
        severity=case.severity.value,
        state=case.state.value,
        level=case.level,
        machine=MachineLink(machine.name, f"/machines/{machine.id}") if machine else None,
        customer=whole.customer.name,
        site=whole.site,
        zone=whole.customer.zone,
        owner=whole.staff.get(case.owner_id, "") if case.owner_id else "",
        mine=user is not None and case.owner_id == user.id,
        opened_at=case.opened_at,
        began_at=case.began_at,
        cleared_at=None if whole.companions.symptoms_last else case.cleared_at,
        undetected=formats.duration(gap) if gap > UNDETECTED else "",
        contact=contact,
        contact_recommended=", ".join(
            clocks.channel(reader.words, one) for one in (severity.contact_recommended if severity else ())
        ),
    )


def shown(
    request: Request, reader: Reader, whole: Whole, status: int = 200, *, chosen: str = "", done: str = "",
    typed: Mapping[str, str] | None = None, faults: Fault | None = None, refusal: str = "",
    pull_refusal: str = "",
) -> Response:  # fmt: skip
    explanation, words = whole.explanation, reader.words
    case = explanation.incident
    beside = whole.companions
    offered = acts.offered(
        case, words, pausable=bool(explanation.plan.pausable), paused=beside.pause is not None,
        merged=beside.into is not None, others=bool(beside.offered),
    )  # fmt: skip
    draft = beside.draft if typed is None else None
    act = next((one for one in offered if one.name == (chosen or (draft.act if draft else ""))), None)
    if act is None:
        act = (acts.named(chosen, words) if faults or refusal else None) or offered[0]
    proof: Proof = proof_of(explanation, whole.customer.zone, words)
    facts: dict[str, Any] = {
        "case": case_of(whole, reader),
        "clocks": faces(explanation.state, words, first_warning(explanation.plan)),
        "remedy": rules.remedy(words, case.rule, case.facts) if case.rule else (),
        "steps": steps(
            explanation.entries, whole.customer.zone, whole.machine.name if whole.machine else "", words
        ),
        "facts": facts_named(case.facts, words, whole.customer.zone),
        "bundles": whole.bundles,
        "pulls": pull_views.views(whole.orders, {one.id: one.name for one in whole.machines}, words),
        "pull_choice": pull_views.choice(whole.machines, whole.machine),
        "pull_refusal": pull_refusal,
        "cause": whole.cause,
        "problems": whole.problems,
        "requests": whole.requests,
        "request_kinds": kinds(words),
        "tried": reproductions.section(
            whole.tried, {case.id: case.reference}, whole.customer.zone, words, writable=reader.may_write
        ),
        "proof": proof,
        "reactions": reacted(
            words, reactions(explanation.entries, explanation.state.as_of), whole.customer.zone
        ),
        "asked": capital(waiting(words, whole.asked, whole.customer.zone)),
        "asked_next": next_telling(words, whole.asked, whole.customer.zone),
        "corrected": companions.corrected(explanation, whole.customer.zone, words),
        "waiting": companions.waiting(beside.pause, words),
        "beside": beside,
        "draft": draft,
        "kinds_of_wait": [(value, words._(name)) for value, name in waits.CHOICES.items()],
        "longest_wait": pausing.written(pausing.longest_of(explanation.plan)),
        "severities": companions.severities(explanation, words) if act.name == "severity" else (),
        "minutes": whole.minutes,
    }
    return pages_of(request).shown(
        reader, "incident", status, here="incidents", topics=f"incident:{case.id}",
        path=f"/incidents/{case.reference}", **facts,
        acts=offered, act=act, may_write=reader.may_write, faults=faults, refusal=refusal,
        typed=typed if typed is not None else draft.typed if draft else {},
        channels=[(value, words._(name)) for value, name in acts.CHANNELS], done=done,
        hint=acts.hint(act, whole.post, words), preset=acts.preset(whole.post),
    )  # fmt: skip

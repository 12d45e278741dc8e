"""A problem's page and the page of its drafts: incidents, words, solution, and how far the sending is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.broadcasts.standing import Line, Standing, Status
from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.fleet import store as fleet
from controller.people import store as people
from controller.people.access import Act as Right
from controller.people.access import may
from controller.problems.problem import ProblemState
from controller.web import problem as reading
from controller.web.console import problem_acts as acts
from controller.web.console import reproductions
from controller.web.console.queue import title_of
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.problem import Whole
from controller.web.reader import Here, Reader, Staff
from controller.words import problems as names
from controller.words.catalogue import Translator

router = APIRouter()
STATE_TONES = {
    ProblemState.OPEN: "late", ProblemState.INVESTIGATING: "soon", ProblemState.KNOWN_ERROR: "soon",
    ProblemState.SOLUTION_PROPOSED: "calm", ProblemState.VERIFIED: "done", ProblemState.CLOSED: "done",
}  # fmt: skip
_STATUS_TONES = {
    Status.MISSING: "soon", Status.DRAFT: "soon", Status.APPROVED: "calm", Status.QUEUED: "calm",
    Status.HELD: "soon", Status.NO_ADDRESS: "late", Status.STUCK: "late", Status.TOLD: "done",
}  # fmt: skip
PAGE = 25
"""So many messages are shown on one page of drafts."""


@dataclass(frozen=True, slots=True)
class Linked:
    reference: str
    path: str
    title: str
    customer: str
    severity: str
    state: str


@dataclass(frozen=True, slots=True)
class Message:
    """One customer's message as the pages show it. `told_at` is None until it is in the outbox."""

    customer_id: UUID
    customer: str
    address: str
    language: str
    incidents: str
    status: str
    tone: str
    by: str
    approver: str
    told_at: datetime | None
    error: str
    stale: bool
    editable: bool
    body: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Sending:
    """`stage`: none, drafts, approved, released; `on_the_way` counts who will be told by themselves."""

    stage: str
    total: int
    told: int
    on_the_way: int
    waiting: int
    stuck: int
    done: bool
    round: int


@router.get("/problems/{reference}")
async def problem_page(
    request: Request, reader: Staff, context: Here, reference: str, act: str = "", done: str = ""
) -> Response:
    """`act` names the form that is open, `done` what was just done. Raises `NotFound`."""
    return await _shown(
        request, reader, context, reference, chosen=act, done=acts.done_text(done, reader.words)
    )


@router.get("/problems/{reference}/drafts")
async def drafts_page(
    request: Request,
    reader: Staff,
    context: Here,
    reference: str,
    edit: str = "",
    done: str = "",
    page: int = 1,
) -> Response:
    """Every message as it will be sent; `edit` is the customer whose words are open for change."""
    return await _drafts(
        request, reader, context, reference, editing=edit, number=page,
        done=acts.done_text(done, reader.words),
    )  # fmt: skip


@router.get("/problems/{reference}/{act}")
async def form_page(_: Staff, reference: str, act: str) -> Response:
    """Where a form that came back stands; loading it again gives the empty form."""
    return RedirectResponse(f"/problems/{quote(reference)}?act={quote(act)}", 303)


@router.post("/problems/{reference}/{act}")
async def perform(request: Request, reader: Staff, context: Here, reference: str, act: str) -> Response:
    """One form of a page. What cannot be taken comes back with what was typed, and says why."""
    if not acts.is_known(act):
        raise NotFound("form", act[:40])
    assert reader.session is not None
    typed = await typed_in(request)
    faults: Fault | None = None
    refusal, status = "", 422
    try:
        async with context.storage.unit(reader.session.user.actor) as unit:
            problem = await reading.found(unit.connection, reference)
            await acts.perform(unit, act, problem.id, typed)
    except Invalid as error:
        faults = fault(reader.words, error)
    except (Conflict, Refused) as error:
        refusal, status = refused(reader.words, error), 403 if isinstance(error, Refused) else 409
    else:
        context.wake_ticker()
        to_drafts = act in ("draft", "again", "edit", "approve")
        page = f"/problems/{problem.reference}" + ("/drafts" if to_drafts else "")
        cleared = act == "workaround" and not typed.get("body", "").strip()
        return RedirectResponse(f"{page}?done={'cleared' if cleared else act}", 303)
    if act in ("edit", "approve"):
        return await _drafts(
            request, reader, context, reference, status, editing=typed.get("customer", ""), typed=typed,
            faults=faults, refusal=refusal,
        )  # fmt: skip
    return await _shown(
        request, reader, context, reference, status, chosen=act, typed=typed, faults=faults, refusal=refusal
    )


async def _shown(
    request: Request, reader: Reader, context: Context, reference: str, status: int = 200, *,
    chosen: str = "", typed: Mapping[str, str] | None = None, faults: Fault | None = None,
    refusal: str = "", done: str = "",
) -> Response:  # fmt: skip
    async with context.storage.reading() as connection:
        whole = await reading.read_whole(connection, reference)
        customers = {one.id: one for one in await fleet.customers(connection)}
        machines = {
            case.machine_id: await fleet.machine(connection, case.machine_id)
            for case in whole.cases
            if case.machine_id
        }
        staff = [one for one in await people.users(connection) if one.active]
    words, problem = reader.words, whole.problem
    offered = acts.offered(words)
    default = "workaround" if not problem.workaround else "state"
    act = next((one for one in offered if one.name == chosen), None)
    act = act or next(one for one in offered if one.name == default)
    linked = []
    for case in whole.cases:
        machine = machines.get(case.machine_id) if case.machine_id else None
        title = title_of(case, machine.name if machine else "", words)
        linked.append(
            Linked(
                case.reference, f"/incidents/{case.reference}", title, customers[case.customer_id].name,
                case.severity.value, case.state.value,
            )
        )  # fmt: skip
    facts: dict[str, Any] = {
        **_head(reader, whole),
        "act": act,
        "acts": offered,
        "linked": linked,
        "solutions": whole.solutions,
        "steps": {
            language: [line.strip() for line in text.steps.splitlines() if line.strip()]
            for language, text in whole.solutions.items()
        },
        "history": [
            (names.sentence(words, one.kind, one.actor_name, one.facts), one.at)
            for one in reversed(whole.history)
        ],
        "states": [(state.value, names.state(words, state.value)) for state in ProblemState],
        "owners": [(one.login, one.name) for one in staff if may(one.actor, Right.WORK_INCIDENTS)],
        "owner_login": whole.owner.login if whole.owner else "",
        "tried": reproductions.section(
            whole.reproduction,
            {case.id: case.reference for case in whole.cases},
            reader.session.user.zone if reader.session else "UTC",
            words,
        ),
        "messages": [_message(whole, line, words) for line in whole.standing.lines],
    }
    return pages_of(request).shown(
        reader, "problem", status, here="problems", topics=f"problem:{problem.id} incidents",
        typed=typed or {}, faults=faults, refusal=refusal, done=done, may_write=reader.may_write, **facts,
    )  # fmt: skip


async def _drafts(
    request: Request, reader: Reader, context: Context, reference: str, status: int = 200, *,
    editing: str = "", typed: Mapping[str, str] | None = None, faults: Fault | None = None,
    refusal: str = "", done: str = "", number: int = 1,
) -> Response:  # fmt: skip
    async with context.storage.reading() as connection:
        whole = await reading.read_whole(connection, reference)
        lines = whole.standing.lines
        last = max(1, -(-len(lines) // PAGE))
        if editing:
            places = [place for place, line in enumerate(lines) if str(line.customer.id) == editing]
            number = places[0] // PAGE + 1 if places else number
        number = min(max(1, number), last)
        shown = lines[(number - 1) * PAGE : number * PAGE]
        texts = [await reading.written(connection, line) for line in shown]
    messages = [
        _message(whole, line, reader.words, text.subject if text else "", text.body if text else "")
        for line, text in zip(shown, texts, strict=True)
    ]
    me = str(reader.session.user.id) if reader.session else ""
    waiting = [line.draft for line in lines if line.draft and line.draft.approved_at is None]
    is_mine = any(me in draft.writer_ids for draft in waiting)
    return pages_of(request).shown(
        reader, "drafts", status, here="problems", topics=f"problem:{whole.problem.id}",
        **_head(reader, whole), messages=messages, editing=editing, typed=typed or {}, faults=faults,
        refusal=refusal, done=done, may_write=reader.may_write, mine=is_mine, page=number, last=last,
    )  # fmt: skip


def _head(reader: Reader, whole: Whole) -> dict[str, Any]:
    """What both pages show of the problem."""
    problem = whole.problem
    return {
        "problem": problem,
        "path": f"/problems/{problem.reference}",
        "state": names.state(reader.words, problem.state.value),
        "tone": STATE_TONES[problem.state],
        "owner": whole.owner.name if whole.owner else "",
        "customers": len(reading.customers_of(whole.cases)),
        "sending": _sending(whole.standing),
        "zone": reader.session.user.zone if reader.session else "UTC",
    }


def _sending(standing: Standing) -> Sending:
    made = standing.broadcast
    waiting = standing.count(Status.DRAFT, Status.MISSING)
    if made is None:
        stage = "none"
    elif made.released_at is not None:
        stage = "released"
    else:
        stage = "drafts" if waiting else "approved"
    return Sending(
        stage, len(standing.lines), standing.told, standing.count(Status.QUEUED), waiting,
        standing.count(Status.STUCK), standing.is_done, made.round if made else 0,
    )  # fmt: skip


def _message(whole: Whole, line: Line, words: Translator, subject: str = "", text: str = "") -> Message:
    draft, notice = line.draft, line.notice
    told = draft is not None and draft.told_at is not None
    incidents = draft.told_about if draft and draft.told_about else reading.names(line.cases)
    return Message(
        customer_id=line.customer.id,
        customer=line.customer.name,
        address=notice.address if notice else line.customer.contact_email,
        language=draft.language if draft else line.customer.language,
        incidents=", ".join(incidents),
        status=names.status(words, line.status.value),
        tone=_STATUS_TONES[line.status],
        by=draft.writer_name if draft else "",
        approver=draft.approver_name if draft else "",
        told_at=draft.told_at if draft else None,
        error=(notice.last_error if notice else "") or line.error,
        stale=reading.is_stale(whole, line),
        editable=draft is not None and not told,
        body=draft.body if draft else "",
        subject=subject,
        text=text,
    )

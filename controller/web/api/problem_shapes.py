"""Problems as JSON: names instead of ids, instants in ISO 8601 (UTC, Z), words in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from controller.broadcasts.standing import Line, Status
from controller.problems.problem import Problem, Solution
from controller.storage import Connection
from controller.web.api import shapes
from controller.web.api.attempt_shapes import counted
from controller.web.api.shapes import Json, iso
from controller.web.problem import Known, Whole, customers_of, names
from controller.words import problems
from controller.words.catalogue import Translator, translator


def problem(one: Problem, owners: Mapping[UUID, str], reach: Mapping[UUID, tuple[int, int]]) -> Json:
    """`incidents` and `customers` are counted."""
    incidents, customers = reach.get(one.id, (0, 0))
    return {
        "reference": one.reference,
        "title": one.title,
        "state": one.state.value,
        "owner": owners.get(one.owner_id) if one.owner_id else None,
        "component": one.component,
        "incidents": incidents,
        "customers": customers,
        "opened_at": iso(one.opened_at),
        "updated_at": iso(one.updated_at),
    }


async def whole_problem(connection: Connection, whole: Whole, lang: str, now: datetime) -> Json:
    """What a problem's page shows. `sending` is null until there are drafts."""
    words, one = translator(lang), whole.problem
    owners = {whole.owner.id: whole.owner.login} if whole.owner else {}
    reach = {one.id: (len(whole.cases), len(customers_of(whole.cases)))}
    return {
        **problem(one, owners, reach),
        "workaround": one.workaround,
        "root_cause": one.root_cause,
        "solution": {language: solution(text) for language, text in whole.solutions.items()},
        "linked": await shapes.incidents(connection, whole.cases, lang, now),
        "reproduction": _reproduction(whole, words),
        "sending": _sending(whole, words),
        "history": [
            {
                "at": iso(chapter.at),
                "kind": chapter.kind,
                "by": chapter.actor_name,
                "said": problems.sentence(words, chapter.kind, chapter.actor_name, chapter.facts),
                "body": chapter.body,
            }
            for chapter in whole.history
        ],
    }


def _reproduction(whole: Whole, words: Translator) -> Json | None:
    """What was tried for any of its incidents; null when nobody tried."""
    if not whole.reproduction.attempts:
        return None
    return counted(whole.reproduction, {case.id: case.reference for case in whole.cases}, words)


def solution(one: Solution) -> Json:
    return {
        "text": one.text,
        "steps": one.steps,
        "written_by": one.writer_name,
        "written_at": iso(one.written_at),
        "approved_by": one.approver_name or None,
        "approved_at": iso(one.approved_at),
    }


def _sending(whole: Whole, words: Translator) -> Json | None:
    made = whole.standing.broadcast
    if made is None:
        return None
    return {
        "round": made.round,
        "drafted_by": made.drafted_by,
        "released_by": made.released_by or None,
        "released_at": iso(made.released_at),
        "told": whole.standing.told,
        "on_the_way": whole.standing.count(Status.QUEUED),
        "total": len(whole.standing.lines),
        "done": whole.standing.is_done,
        "customers": [line(one, words) for one in whole.standing.lines],
    }


def line(one: Line, words: Translator) -> Json:
    """`posted_at`: the mail server took it; `error`: what kept it back."""
    draft, notice = one.draft, one.notice
    return {
        "customer": one.customer.name,
        "language": draft.language if draft else one.customer.language,
        "incidents": list(draft.told_about) if draft and draft.told_about else names(one.cases),
        "status": one.status.value,
        "said": problems.status(words, one.status.value),
        "edited": draft.edited if draft else False,
        "written_by": draft.writer_name if draft else None,
        "approved_by": (draft.approver_name or None) if draft else None,
        "told_at": iso(draft.told_at) if draft else None,
        "posted_at": iso(notice.sent_at) if notice else None,
        "error": (notice.last_error if notice else "") or one.error or None,
    }


def cause(known: Known | None) -> Json | None:
    """What an incident says of its problem; null when it has none. `sent_at`: to this incident's customer."""
    if known is None:
        return None
    one, draft = known.problem, known.draft
    return {
        "reference": one.reference,
        "title": one.title,
        "state": one.state.value,
        "component": one.component,
        "root_cause": one.root_cause,
        "workaround": one.workaround,
        "solution": solution(known.solution) if known.solution else None,
        "sent_at": iso(draft.told_at) if draft else None,
        "approved_by": draft.approver_name if draft else None,
    }

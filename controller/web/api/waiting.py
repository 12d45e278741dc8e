"""Pauses and mergers over the API, and what a change of severity would do."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from controller.core.errors import Invalid, NotFound
from controller.core.severity import Severity
from controller.escalation.waiting import pausing
from controller.incidents import actions
from controller.sla import effect, ledger
from controller.web.api import shapes
from controller.web.api.incidents import Reason, act, found
from controller.web.api.peer import Here, Reader, Short, Words, Worker

router = APIRouter(prefix="/incidents")


class Wait(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Short
    length: Short | None = None
    told: Words = ""
    note: Words = ""


class Resumption(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Words = ""


class Merger(BaseModel):
    model_config = ConfigDict(extra="forbid")

    into: Short
    reason: Words = ""


@router.post("/{reference}/pause")
async def pause(context: Here, actor: Worker, reference: str, wait: Wait) -> dict[str, Any]:
    """`length`: 90m, 4h or 2d; without it, the longest that the plan allows."""
    return await act(
        context, actor, reference, lambda unit, case: pausing.pause(unit, case, **wait.model_dump())
    )


@router.post("/{reference}/resume")
async def resume(context: Here, actor: Worker, reference: str, why: Resumption) -> dict[str, Any]:
    return await act(context, actor, reference, lambda unit, case: actions.resume(unit, case, why.reason))


@router.post("/{reference}/merge")
async def merge(context: Here, actor: Worker, reference: str, merger: Merger) -> dict[str, Any]:
    """Answers with the survivor as it stands."""
    async with context.storage.reading() as connection:
        try:
            other = (await found(connection, merger.into)).id
        except NotFound as error:
            raise Invalid("into", str(error), "Write it as INC-7") from None
    return await act(
        context, actor, reference, lambda unit, case: actions.merge(unit, case, other, merger.reason)
    )


@router.post("/{reference}/unmerge")
async def unmerge(context: Here, actor: Worker, reference: str, why: Reason) -> dict[str, Any]:
    return await act(context, actor, reference, lambda unit, case: actions.unmerge(unit, case, why.reason))


@router.get("/{reference}/severity")
async def severity_effect(
    context: Here, _: Reader, reference: str, severity: Annotated[Severity, Query()]
) -> list[dict[str, Any]]:
    """What that severity would do to each clock that runs; nothing is changed."""
    async with context.storage.reading() as connection:
        case = await found(connection, reference)
        told = await ledger.explain(connection, case.id, context.clock.now())
    return [
        {
            "clock": one.clock,
            "before": shapes.iso(one.before),
            "after": shapes.iso(one.after),
            "missed": one.missed,
        }
        for one in effect.of_severity(told, severity.value)
    ]

"""Timers that were set aside, over the API: for administrators."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from controller import timers
from controller.escalation import quarantine
from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.web.api.peer import FleetManager, Here, Short
from controller.web.api.shapes import iso

router = APIRouter(prefix="/api/v1/timers")


class Which(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: Short


@router.get("/set-aside")
async def set_aside(context: Here, _: FleetManager) -> list[dict[str, Any]]:
    """Those that failed too often, the longest set aside first."""
    async with context.storage.reading() as connection:
        found = []
        for one in await timers.store.set_aside(connection):
            case = await incidents.find_unclosed(connection, HOUSE, quarantine.RULE, one.key)
            found.append({
                "key": one.key,
                "kind": one.kind,
                "due": iso(one.due),
                "set_aside_at": iso(one.set_aside_at),
                "last_error": one.last_error,
                "incident": case.reference if case else None,
            })  # fmt: skip
    return found


@router.post("/release")
async def release(context: Here, actor: FleetManager, which: Which) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        await quarantine.release(unit, which.key)
    context.wake_ticker()
    return {"key": which.key}

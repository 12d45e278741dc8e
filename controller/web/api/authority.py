"""The authority's roots, over the API: how far a change has come, its beginning and its end."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from controller.core.errors import Unavailable
from controller.fleet.identity import rotation
from controller.fleet.identity.authority import Authority
from controller.fleet.identity.rotation import Progress
from controller.web.api.peer import FleetManager, Here, Reader
from controller.web.api.shapes import iso
from controller.web.context import Context

router = APIRouter(prefix="/api/v1/authority")


class Finish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    force: bool = False


@router.get("")
async def show(context: Here, _: Reader) -> dict[str, Any]:
    authority = _authority(context)
    async with context.storage.reading() as connection:
        return _shape(await rotation.progress(connection, authority))


@router.post("/rotate")
async def rotate(context: Here, actor: FleetManager) -> dict[str, Any]:
    authority = _authority(context)
    async with context.storage.unit(actor) as unit:
        await rotation.begin(unit, authority)
    async with context.storage.reading() as connection:
        return _shape(await rotation.progress(connection, authority))


@router.post("/finish")
async def finish(context: Here, actor: FleetManager, how: Finish) -> dict[str, Any]:
    authority = _authority(context)
    async with context.storage.unit(actor) as unit:
        return _shape(await rotation.finish(unit, authority, force=how.force))


def _authority(context: Context) -> Authority:
    if context.authority is None:
        raise Unavailable("this controller has no authority")
    return context.authority


def _shape(found: Progress) -> dict[str, Any]:
    return {
        "root_sha256": found.sha256,
        "not_after": iso(found.not_after),
        "begun_at": iso(found.begun_at),
        "signs_at": iso(found.signs_at),
        "machines": found.machines,
        "arrived": found.machines - len(found.laggards),
        "laggards": [
            {"name": one.name, "last_seen_at": iso(one.last_seen_at), "not_after": iso(one.not_after)}
            for one in found.laggards
        ],
    }

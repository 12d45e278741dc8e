"""Pulls over the API: ask, look, and follow without asking all the time."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from controller.core.errors import NotFound
from controller.diagnostics import pulls
from controller.fleet import store as fleet
from controller.fleet.orders import store
from controller.fleet.orders.order import Order
from controller.storage import Connection
from controller.web.api.fleet import machine_named
from controller.web.api.incidents import Language, found
from controller.web.api.peer import Here, Reader, Short, Worker
from controller.web.api.shapes import Json, iso
from controller.words import pulls as words_of
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1/pulls")
LONGEST_WAIT_S = 20.0


class NewPull(BaseModel):
    model_config = ConfigDict(extra="forbid")

    machine: Short
    case: Short
    profile: Short = "basic"
    hours: Annotated[float, Field(ge=1 / 60, le=336)] = 24


@router.post("")
async def ask(context: Here, actor: Worker, new: NewPull, lang: Language = "en") -> Json:
    """The same again, while it is under way, is the same pull."""
    async with context.storage.unit(actor) as unit:
        case = await found(unit.connection, new.case)
        machine = await machine_named(unit.connection, new.machine)
        lifetime = timedelta(hours=new.hours)
        order = await pulls.ask(unit, machine.id, case.id, new.profile, lifetime)
        unit.after_commit(context.wake_ticker)
    async with context.storage.reading() as connection:
        return await _shape(connection, order, lang)


@router.get("")
async def listed(
    context: Here, _: Reader, case: Short | None = None, lang: Language = "en",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[Json]:  # fmt: skip
    async with context.storage.reading() as connection:
        purpose_id = (await found(connection, case)).id if case is not None else None
        orders = await store.orders_for(connection, purpose_id, limit)
        return [await _shape(connection, order, lang) for order in orders]


@router.get("/{pull_id}")
async def shown(
    context: Here, _: Reader, pull_id: Short, seen: Short | None = None,
    wait_s: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0, lang: Language = "en",
) -> Json:  # fmt: skip
    """With `seen`, the `changed_at` that is known, and `wait_s`: as soon as there is news, or then."""
    order = await _order(context, pull_id)
    if wait_s and seen == iso(order.changed_at) and not order.state.is_end:
        with context.changes.subscribe() as subscription:
            # Again: it may have changed before we listened.
            if iso((await _order(context, pull_id)).changed_at) == seen:
                await _news(context, subscription, f"order:{order.id}", wait_s)
        order = await _order(context, pull_id)
    async with context.storage.reading() as connection:
        return await _shape(connection, order, lang)


async def _news(context: Here, subscription: Any, topic: str, wait_s: float) -> None:
    heard = asyncio.Event()

    async def listen() -> None:
        async for changed in subscription:
            if changed == topic:
                break
        heard.set()

    listening = asyncio.create_task(listen())
    try:
        await context.clock.wait(heard, wait_s)
    finally:
        listening.cancel()


async def _order(context: Here, pull_id: str) -> Order:
    """By its id. Raises `NotFound`."""
    try:
        wanted = UUID(pull_id)
    except ValueError:
        raise NotFound("pull", pull_id[:40]) from None
    async with context.storage.reading() as connection:
        order = await store.order(connection, wanted)
    if order is None:
        raise NotFound("pull", pull_id)
    return order


async def _shape(connection: Connection, order: Order, lang: str) -> Json:
    """`state_said` and `reason_said` are in the reader's language, the latter null while all goes well."""
    machine = await fleet.machine(connection, order.machine_id)
    customer = await fleet.customer(connection, machine.customer_id) if machine else None
    words = translator(lang)
    return {
        "id": str(order.id),
        "case": order.purpose,
        "machine": machine.name if machine else "",
        "zone": customer.zone if customer else "UTC",
        "profile": order.profile,
        "state": order.state.value,
        "state_said": words_of.state(words, order.state.value),
        "has_ended": order.state.is_end,
        "items_done": order.items_done,
        "items_total": order.items_total,
        "bytes_done": order.bytes_done,
        "bytes_total": order.bytes_total,
        "reason": order.reason or None,
        "reason_said": words_of.reason(words, order.reason, order.detail) if order.reason else None,
        "detail": order.detail or None,
        "asked_by": order.asked_by,
        "asked_at": iso(order.asked_at),
        "sent_at": iso(order.sent_at),
        "changed_at": iso(order.changed_at),
        "finished_at": iso(order.finished_at),
        "expires_at": iso(order.expires_at),
    }

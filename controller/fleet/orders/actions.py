"""Ask, hand out, hear how far it is, end. Each change is announced as `OrderChanged`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from controller import timers
from controller.core.errors import Conflict, Invalid, NotFound
from controller.fleet import store as fleet
from controller.fleet.identity.clones import HELD
from controller.fleet.machine import Machine
from controller.fleet.orders import store
from controller.fleet.orders.order import (
    BUNDLE_LIMIT_BYTES,
    LIFETIME,
    PULL,
    Order,
    OrderChanged,
    OrderState,
    Progress,
    may_follow,
)
from controller.storage import Unit

EXPIRY = "order.expiry"
LONGEST = timedelta(days=14)
TOO_OLD = "agent_too_old"


async def ask_pull(
    unit: Unit, machine: Machine, profile: str, purpose_id: UUID, purpose: str, lifetime: timedelta = LIFETIME
) -> Order:
    """Written down now, done when the machine can. Asked again while it is under way, it is the same order.

    Raises `Conflict` for a banned machine, for an agent that is too old, and while the machine is busy with
    another pull; `Invalid` for a lifetime beyond 14 days.
    """
    if not timedelta(minutes=1) <= lifetime <= LONGEST:
        raise Invalid("hours", "must be from one minute to 14 days", "Leave it out for 24 hours")
    if machine.banned_at is not None:
        raise Conflict(f"{machine.name} is banned: it is asked for nothing")
    if machine.quarantined_at is not None:
        raise Conflict(HELD)
    if _is_too_old(machine):
        raise Conflict(
            f"the agent on {machine.name} ({machine.agent_version or 'unknown version'}) is too old for "
            "pulls: update it, and ask again"
        )
    _check_profile(machine, profile)
    for other in await store.unfinished(unit.connection, machine.id):
        if other.purpose_id == purpose_id and other.profile == profile:
            return other
        raise Conflict(f"{machine.name} is busy with a pull for {other.purpose}; wait until that has ended")
    order = Order(
        id=unit.chance.uuid(),
        machine_id=machine.id,
        kind=PULL,
        arguments={"profile": profile},
        purpose_id=purpose_id,
        purpose=purpose,
        asked_by=unit.actor.name,
        asked_by_id=unit.actor.id,
        asked_at=unit.now,
        expires_at=unit.now + lifetime,
        state=OrderState.QUEUED,
        changed_at=unit.now,
    )
    await store.add(unit.connection, order)
    await timers.plan(unit, _key(order.id), EXPIRY, order.id, order.expires_at)
    unit.announce(OrderChanged(order, None))
    return order


def _is_too_old(machine: Machine) -> bool:
    """Nobody knows yet of a machine that never connected."""
    return machine.last_seen_at is not None and not machine.abilities


def _check_profile(machine: Machine, profile: str) -> None:
    known = sorted(one.removeprefix("pull:") for one in machine.abilities if one.startswith("pull:"))
    if profile not in (known or ("basic",)):
        raise Invalid(
            "profile",
            f"{profile[:40]!r} is none that {machine.name} knows",
            f"Use {', '.join(known or ('basic',))}",
        )


async def hand_out(unit: Unit, machine_id: UUID) -> tuple[Order, ...]:
    """All that the machine has to do, marked as sent: it is told them on every connection, until they end."""
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is not None and machine.quarantined_at is not None:
        return ()
    handed = []
    for order in await store.unfinished(unit.connection, machine_id):
        if machine is None or _is_too_old(machine):
            await _end(unit, order, OrderState.FAILED, reason=TOO_OLD)
        elif order.state is OrderState.QUEUED:
            handed.append(await _change(unit, order, state=OrderState.SENT, sent_at=unit.now))
        else:
            handed.append(order)
    return tuple(order for order in handed if order.expires_at > unit.now)


async def report(unit: Unit, machine_id: UUID, said: Progress) -> Order:
    """What the agent says; news of an order that has ended changes nothing. Raises `NotFound` for an order
    that is not this machine's."""
    order = await _of(unit, machine_id, said.order_id)
    if not may_follow(order.state, said.state):
        return order
    if said.state.is_end:
        return await _end(unit, order, said.state, reason=said.reason, detail=said.detail)
    return await _change(
        unit,
        order,
        state=said.state,
        items_done=said.items_done,
        items_total=said.items_total,
        bytes_total=said.bytes_total or order.bytes_total,
        reason=said.reason,
        detail=said.detail,
    )


async def begin_upload(unit: Unit, machine_id: UUID, order_id: UUID, size_bytes: int, offset: int) -> Order:
    """Raises `NotFound`, `Conflict` when it has ended or expired otherwise than done."""
    order = await _of(unit, machine_id, order_id)
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is not None and machine.quarantined_at is not None:
        raise Conflict(HELD)
    if order.state is OrderState.DONE:
        return order
    if order.state.is_end or order.expires_at <= unit.now:
        state = "expired" if not order.state.is_end else order.state.value
        raise Conflict(f"this order is {state}: nothing is taken for it any more")
    if size_bytes > BUNDLE_LIMIT_BYTES:
        return await _end(
            unit, order, OrderState.FAILED, reason="bundle_too_large",
            detail=f"{size_bytes} bytes, at most {BUNDLE_LIMIT_BYTES} are taken",
        )  # fmt: skip
    return await _change(
        unit,
        order,
        state=OrderState.UPLOADING,
        bytes_done=offset,
        bytes_total=size_bytes,
        reason="",
        detail="",
    )


async def note_arrived(unit: Unit, order_id: UUID, offset: int, reason: str = "", detail: str = "") -> bool:
    """How much is here; False when it is not wanted any more, since the order has ended meanwhile. `reason`
    says why it does not go on just now ("controller_disk_full")."""
    order = await store.order(unit.connection, order_id, lock=True)
    if order is None or order.state is not OrderState.UPLOADING:
        return False
    await _change(unit, order, bytes_done=offset, reason=reason, detail=detail)
    return True


async def finish(unit: Unit, order_id: UUID) -> Order | None:
    """The order as done; None when it had ended before (then its result comes too late, or twice)."""
    order = await store.order(unit.connection, order_id, lock=True)
    if order is None or order.state.is_end:
        return None
    return await _end(unit, order, OrderState.DONE, bytes_done=order.bytes_total)


async def fail(unit: Unit, order_id: UUID, reason: str, detail: str = "") -> None:
    order = await store.order(unit.connection, order_id, lock=True)
    if order is not None and not order.state.is_end:
        await _end(unit, order, OrderState.FAILED, reason=reason, detail=detail)


async def end_all_for(unit: Unit, purpose_id: UUID, reason: str) -> None:
    """What they served is over."""
    for order in await store.orders_for(unit.connection, purpose_id):
        await fail(unit, order.id, reason)


async def expire(unit: Unit, claim: timers.Claim) -> None:
    """The timer of an order that nobody finished in time."""
    order = await store.order(unit.connection, claim.subject, lock=True)
    await timers.take(unit, claim)
    if order is not None and not order.state.is_end:
        await _end(unit, order, OrderState.EXPIRED, reason=f"while_{order.state.value}")


async def _of(unit: Unit, machine_id: UUID, order_id: UUID) -> Order:
    order = await store.order(unit.connection, order_id, lock=True)
    if order is None or order.machine_id != machine_id:
        raise NotFound("order", str(order_id))
    return order


async def _end(unit: Unit, order: Order, state: OrderState, **changes: Any) -> Order:
    if state is not OrderState.EXPIRED:
        await timers.cancel(unit, _key(order.id))
    return await _change(unit, order, state=state, finished_at=unit.now, **changes)


async def _change(unit: Unit, order: Order, **changes: Any) -> Order:
    changed = await store.save(unit.connection, replace(order, changed_at=unit.now, **changes))
    unit.announce(OrderChanged(changed, order.state))
    return changed


def _key(order_id: UUID) -> str:
    return f"{EXPIRY}:{order_id}"

"""Pulls as an incident's page shows them: how far each is, and what the form offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.fleet.machine import Machine, MachineRole
from controller.fleet.orders.order import Order, OrderState
from controller.words import formats
from controller.words import pulls as words_of
from controller.words.catalogue import Translator

SHOWN = 10
_TONES = {"done": "done", "refused": "late", "failed": "late", "expired": "soon"}


@dataclass(frozen=True, slots=True)
class PullView:
    """`part` of `whole` is a bar's length; `whole` 0 when there is no bar to show. `why` is "" while all is
    well."""

    machine: str
    profile: str
    state: str
    tone: str
    progress: str
    part: int
    whole: int
    why: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form offers."""

    machines: tuple[tuple[str, str], ...]
    profiles: tuple[str, ...]


def choice(machines: tuple[Machine, ...], own: Machine | None) -> Choice:
    """The incident's own machine first, then the customer's others; the profiles that any of them knows."""
    offered = [one for one in machines if one.banned_at is None and one.role is not MachineRole.LAB]
    offered.sort(key=lambda one: (own is None or one.id != own.id, one.name))
    known = {
        ability.removeprefix("pull:")
        for one in offered
        for ability in one.abilities
        if ability.startswith("pull:")
    }
    return Choice(tuple((str(one.id), one.name) for one in offered), tuple(sorted(known)) or ("basic",))


def views(orders: tuple[Order, ...], names: Mapping[UUID, str], words: Translator) -> tuple[PullView, ...]:
    """The newest first, ten at most."""
    return tuple(_view(order, names, words) for order in orders[:SHOWN])


def _view(order: Order, names: Mapping[UUID, str], words: Translator) -> PullView:
    part, whole, progress = 0, 0, ""
    if order.state is OrderState.COLLECTING and order.items_total:
        part, whole = order.items_done, order.items_total
        progress = words._("{done} of {total} items", done=part, total=whole)
    elif order.state is OrderState.UPLOADING and order.bytes_total:
        part, whole = order.bytes_done, order.bytes_total
        done, total = (formats.size(one, words.language) for one in (part, whole))
        progress = words._("{done} of {total}", done=done, total=total)
    elif order.state is OrderState.DONE:
        progress = formats.size(order.bytes_total, words.language)
    return PullView(
        machine=names.get(order.machine_id, ""),
        profile=order.profile,
        state=words_of.state(words, order.state.value),
        tone=_TONES.get(order.state.value, "calm"),
        progress=progress,
        part=part,
        whole=whole,
        why=words_of.reason(words, order.reason, order.detail) if order.reason else "",
        asked_by=order.asked_by,
        asked_at=order.asked_at,
        expires_at=None if order.state.is_end else order.expires_at,
    )

"""Taking all items of one bundle, inside the child: at once, each in a thread, until the deadline."""

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.clock import Clock
from agent.diagnostics import (
    disk_use,
    largest_folders,
    listening_ports,
    recorded,
    samples,
    samples_table,
    top_processes,
    unit_log,
    watched_port,
)
from agent.diagnostics.item import Recipe, Taken
from agent.diagnostics.request import Request
from agent.findings import finding_to_json
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from evidence.redact import Redactor

ALL: tuple[Recipe, ...] = (
    watched_port.RECIPE,
    top_processes.RECIPE,
    listening_ports.RECIPE,
    unit_log.RECIPE,
    disk_use.RECIPE,
    largest_folders.RECIPE,
    samples_table.RECIPE,
    samples.RECIPE,
    *recorded.RECIPES,
)
PACKED_MAX_BYTES = 512 * 1024
REASON_MAX = 300


@dataclass(slots=True)
class Attempt:
    """One recipe being followed in its thread. Exactly one of `taken` and `reason` at its end."""

    recipe: Recipe
    request: Request
    clock: Clock
    done: threading.Event = field(default_factory=threading.Event)
    taken: Taken | None = None
    reason: str = ""
    took_s: float = 0.0

    def follow(self) -> None:
        began = self.clock.monotonic()
        try:
            self.taken = self.recipe.take(self.request)
        except Exception as error:  # a failed item is a gap of the bundle
            self.reason = f"{type(error).__name__}: {error}"[:REASON_MAX]
        self.took_s = self.clock.monotonic() - began
        self.done.set()


def taken_bundle(
    request: Request,
    clock: Clock,
    salt: bytes,
    budget_s: float,
    recipes: Sequence[Recipe] = ALL,
    own_budget_s: float | None = None,
) -> bytes:
    """The packed bundle, at most PACKED_MAX_BYTES. Items still under way after `budget_s` are gaps; the
    agent's own after `own_budget_s` (the same when it is None)."""
    started_at, began = clock.now(), clock.monotonic()
    attempts = [Attempt(recipe, request, clock) for recipe in recipes if recipe.wanted(request)]
    for attempt in attempts:
        # Daemons: what hangs in the kernel must not keep the child from handing in the rest.
        threading.Thread(target=attempt.follow, name=attempt.recipe.label, daemon=True).start()
    items: list[tuple[Recipe, Item, bytes]] = []
    for attempt in attempts:
        limit_s = own_budget_s if attempt.recipe.own and own_budget_s is not None else budget_s
        ended = attempt.done.wait(max(0.0, began + limit_s - clock.monotonic()))
        items.append(_item(attempt, ended, limit_s))
    clean = _redacted(items, salt)
    share = 1.0
    while True:
        bundle = _written(request, clean, started_at, clock.now(), share)
        if len(bundle) <= PACKED_MAX_BYTES or share < 0.01:
            return bundle
        share /= 2


def _item(attempt: Attempt, ended: bool, budget_s: float) -> tuple[Recipe, Item, bytes]:
    recipe, taken = attempt.recipe, attempt.taken
    item = Item(recipe.label, recipe.collector, recipe.label, duration_ms=int(attempt.took_s * 1000))
    if not ended:
        late = replace(item, duration_ms=int(budget_s * 1000), timed_out=True, withheld="no end in time")
        return recipe, late, b""
    if taken is None:
        return recipe, replace(item, withheld=attempt.reason), b""
    item = replace(item, source=taken.source, exit_status=taken.exit_status, truncated=taken.truncated)
    return recipe, replace(item, timed_out=taken.timed_out), taken.data


def _redacted(items: list[tuple[Recipe, Item, bytes]], salt: bytes) -> list[tuple[Recipe, Item, bytes]]:
    """Redacted whole, before anything is cut: a cut may halve a mask, never a secret."""
    redactor = Redactor(salt)
    masked = redactor.redact_all([(item.label, data) for _, item, data in items])
    clean = []
    for (recipe, item, _), (_, result) in zip(items, masked, strict=True):
        if result.status == "withheld":
            item = replace(item, withheld=result.reason)
        clean.append((recipe, replace(item, redactions=dict(result.counts)), result.data))
    return clean


def _written(
    request: Request,
    items: list[tuple[Recipe, Item, bytes]],
    started_at: datetime,
    finished_at: datetime,
    share: float,
) -> bytes:
    writer = BundleWriter(
        agent_version=request.agent_version,
        host=socket.gethostname(),
        started_at=started_at,
        profile="finding",
    )
    for recipe, item, data in items:
        if item.withheld:
            writer.add_gap(item)
        else:
            writer.add(item, data, cap_bytes=int(recipe.cap_bytes * share))
    return writer.finish(finished_at, [finding_to_json(request.finding)])

"""What a deadline costs when it is acted on, beside a bare Core loop that writes the same rows by no rule.

`python bench/engine.py [--incidents 10000 1000000] [--deadlines 1000] [--store sqlite postgresql]`

All incidents are open, each with its opening, its answer, its news and its timer. Some of them come due: for
a warning (a timeline row and a notice), or for an escalation (the ladder, a hand-over packet, a notice). The
bare loop claims the next ones in batches of the same size, with the same lease and fence, and commits as many
rows of the same shape and size: it reads no timeline, knows no plan and renders nothing. Both take turns.
Then an empty poll: alone, and while another connection holds a snapshot from before all this.

CPU is this process's; wall time holds the database's work too, which is another process on PostgreSQL.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent))

import uvloop
from sqlalchemy import Table, bindparam, insert, select, text, update

from controller import flow
from controller.cli.serve import set_aside
from controller.core.actor import ENGINE
from controller.core.changes import Changes
from controller.escalation import actions as escalation
from controller.escalation import agenda
from controller.escalation.acknowledgement.store import rounds_table
from controller.escalation.store import steps_table
from controller.incidents.entries.store import entries_table
from controller.incidents.locked.store import lock_all
from controller.incidents.store import incidents_table
from controller.notify.store import outbox
from controller.sla import ledger
from controller.storage import Storage
from controller.ticker import BATCHES, HANDLERS
from controller.timers import Engine
from controller.timers.store import plan_all, timers
from controller.timers.timer import LEASE
from tests.support.clocks import NOON, JumpingClock
from tests.support.open_incidents import Block, Happening, incident_id, people_and_machines, write
from tests.support.stores import BACKENDS, fresh_storage

BATCH = 1_000
ROUNDS = 8
HOUR = timedelta(hours=1)
ANSWERED = timedelta(minutes=10)
NEWS = tuple(Happening("updated_customer", timedelta(hours=hours)) for hours in (3.9, 7.8))
_INCIDENT = ("incident_id", "subject_id", "subject")
_SPREAD = timedelta(milliseconds=30)
GOAL_RATIO, GOAL_GROWTH, GOAL_POLL_MS = 0.6, 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one run."""

    deadlines: int
    cpu: float
    wall: float

    @property
    def us(self) -> float:
        return self.wall / self.deadlines * 1e6

    def __str__(self) -> str:
        per_second, cpu = self.deadlines / self.wall, self.cpu / self.deadlines * 1e6
        return f"{per_second:7,.0f}/s  {self.us:6,.0f} µs ({cpu:6,.0f} µs CPU)"


class Bare:
    """Claim, write, commit. `shape`: what ours wrote for one deadline, table by table."""

    def __init__(self, storage: Storage, shape: dict[Table, list[dict[str, Any]]], climbs: bool) -> None:
        self.storage = storage
        self.shape = shape
        self.climbs = climbs

    async def turn(self) -> None:
        while rows := await self._claim():
            async with self.storage.unit(ENGINE) as unit:
                await self._write(unit.connection, rows)

    async def _claim(self) -> Sequence[Any]:
        now = self.storage.clock.now()
        due = (timers.c.wake_at <= now) & (timers.c.wake_at > now - HOUR)
        query = select(timers.c.key, timers.c.subject, timers.c.fence).where(due)
        query = query.order_by(timers.c.wake_at, timers.c.key).limit(BATCH)
        async with self.storage.unit(ENGINE) as unit:
            rows = (await unit.connection.execute(query.with_for_update(skip_locked=True))).all()
            leased = timers.c.key.in_([row.key for row in rows])
            if rows:
                leasing = update(timers).where(leased).values(fence=timers.c.fence + 1, wake_at=now + LEASE)
                await unit.connection.execute(leasing)
        return rows

    async def _write(self, connection: Any, rows: Sequence[Any]) -> None:
        chance, now = self.storage.chance, self.storage.clock.now()
        for table, shape in self.shape.items():
            made = []
            for row in rows:
                for one in shape:
                    fresh = {**one}
                    if "id" in fresh:
                        fresh["id"] = chance.uuid()
                    if table is timers:
                        fresh |= {"key": f"{one['kind']}:{row.subject}", "subject": row.subject}
                    elif table is outbox:
                        fresh |= {"key": f"{row.subject}{one['key']}", "subject_id": row.subject}
                    else:
                        fresh["incident_id"] = row.subject
                    made.append(fresh)
            await connection.execute(insert(table), made)
        if self.climbs:
            climbed = incidents_table.c.id == bindparam("subject")
            await connection.execute(
                update(incidents_table).where(climbed).values(level=2, updated_at=now),
                [{"subject": row.subject} for row in rows],
            )
        following = now + 9 * HOUR
        ours = (timers.c.key == bindparam("k")) & (timers.c.fence == bindparam("f"))
        planned = {"due": following, "wake_at": following, "attempts": 0, "fence": timers.c.fence + 1}
        await connection.execute(
            update(timers).where(ours).values(planned), [{"k": row.key, "f": row.fence + 1} for row in rows]
        )


async def shape_of(storage: Storage, one: UUID) -> dict[Table, list[dict[str, Any]]]:
    """The rows that the engine wrote for that incident just now."""
    now = storage.clock.now()
    recent = timedelta(seconds=1)
    found: dict[Table, list[dict[str, Any]]] = {}
    wanted = {
        entries_table: (entries_table.c.incident_id == one) & (entries_table.c.recorded_at > now - recent),
        steps_table: (steps_table.c.incident_id == one) & (steps_table.c.done_at > now - recent),
        outbox: (outbox.c.subject_id == one) & (outbox.c.created_at > now - recent),
        # Whoever is told of an escalation is asked to acknowledge it, and that has a timer of its own.
        rounds_table: (rounds_table.c.incident_id == one) & (rounds_table.c.asked_at > now - recent),
        timers: (timers.c.subject == one) & (timers.c.kind != escalation.TIMER),
    }
    async with storage.reading() as connection:
        for table, condition in wanted.items():
            rows = (await connection.execute(select(table).where(condition))).all()
            if rows:
                found[table] = [
                    {name: value for name, value in row._mapping.items() if name != "position"}
                    for row in rows
                ]
    return found


async def measured(run: Callable[[], Awaitable[Any]], deadlines: int) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    await run()
    return Cost(deadlines, time.process_time() - cpu, time.perf_counter() - wall)


def rounds_of(size: int, each: int) -> int:
    """How often each has its turn: as often as there are incidents for it."""
    return max(1, min(ROUNDS, (size // (2 * each) - 1) // 2))


def runs_of(size: int, each: int) -> int:
    """Each in its turns, and before them once to warm up."""
    return 2 * rounds_of(size, each) + 1


async def race(
    storage: Storage, clock: JumpingClock, block: Block, first: int, each: int, rounds: int
) -> Cost:
    """Warm-up, then bare and ours in turns; the best of each."""
    climbs = len(block.happened) > 1
    ours = Engine(storage, HANDLERS, BATCH, BATCHES)
    place = each
    clock.set(block.due(place - 1))
    await ours.turn()
    shape = await shape_of(storage, incident_id(first + place - 1))
    bare = Bare(storage, shape, climbs)
    rows = {table.name: len(made) for table, made in shape.items()}
    print(f"  {'escalation' if climbs else 'warning'}: {rows}, next due"
          f"{', incident' if climbs else ''}")  # fmt: skip
    best: dict[str, Cost] = {}
    for name, turn in (("bare", bare.turn), ("ours", ours.turn)) * rounds:
        place += each
        clock.set(block.due(place - 1))
        cost = await measured(turn, each)
        if name not in best or cost.wall < best[name].wall:
            best[name] = cost
    async with storage.reading() as connection:
        for table in shape:
            # Nobody is left out.
            wanted = (2 * rounds + 1) * each * len(shape[table])
            column = next(table.c[name] for name in _INCIDENT if name in table.c)
            chosen = select(column).where(
                column >= incident_id(first), column < incident_id(first + block.count)
            )
            if table is timers:
                chosen = chosen.where(table.c.kind != escalation.TIMER)
            if table is entries_table:
                chosen = chosen.where(table.c.recorded_at > block.due(0) - timedelta(minutes=1))
            assert len((await connection.execute(chosen)).all()) == wanted, (table.name, wanted)
    ratio = best["bare"].wall / best["ours"].wall
    for name, cost in best.items():
        print(f"    {name}: {cost}")
    print(f"    ratio {ratio:.2f} (goal {GOAL_RATIO})")
    return best["ours"]


async def poll(storage: Storage) -> None:
    """Nothing is due: alone, and while a snapshot from before is held open."""
    engine = Engine(storage, HANDLERS, BATCH, BATCHES)
    await engine.turn()
    for _ in range(200):
        await engine.turn()
    best = min([await measured(engine.turn, 1) for _ in range(500)], key=lambda cost: cost.wall)
    half = sorted(cost.wall for cost in [await measured(engine.turn, 1) for _ in range(500)])[250]
    print(f"    empty poll: {half * 1e3:.2f} ms (at best {best.wall * 1e3:.2f})", end="")


async def main(store: str, sizes: Sequence[int], deadlines: int) -> None:
    costs: dict[int, list[Cost]] = {}
    for size in sizes:
        each = min(deadlines, size // 12)
        clock = JumpingClock(NOON)
        with tempfile.TemporaryDirectory() as folder:
            async with fresh_storage(store, Path(folder), clock) as storage:
                storage.dispatcher = flow.dispatcher(Changes(), lambda: None)
                began = time.perf_counter()
                blocks = await fill(storage, size, each)
                set_aside()
                print(f"{store}, {size:,} open incidents (filled in {time.perf_counter() - began:.0f} s)")
                async with storage.readers.connect() as old:
                    await old.execute(text("SELECT count(*) FROM customers"))
                    first = 1
                    for block in blocks[:2]:
                        cost = await race(storage, clock, block, first, each, rounds_of(size, each))
                        costs.setdefault(size, []).append(cost)
                        first += block.count
                    await poll(storage)
                    print(" while an old snapshot is held open", f"(goal {GOAL_POLL_MS} ms)")
                await poll(storage)
                print()
    least, most = costs[min(sizes)], costs[max(sizes)]
    for name, small, large in zip(("warning", "escalation"), least, most, strict=True):
        print(f"{store}: a {name} costs {large.us / small.us:.2f} times as much at {max(sizes):,} incidents "
              f"as at {min(sizes):,} (goal at most {GOAL_GROWTH:.0f})")  # fmt: skip


async def fill(storage: Storage, size: int, each: int) -> tuple[Block, ...]:
    """Warnings come due from NOON on, escalations an hour later, the rest after that for ten hours."""
    await people_and_machines(storage)
    answered = (Happening("responded", ANSWERED),)
    warned, update, climbs = (ANSWERED + hours * HOUR for hours in (2, 4, 8))
    due = runs_of(size, each) * each
    blocks = (
        Block(due, NOON - warned, warned, answered, presses_after=update),
        Block(due, NOON + HOUR - climbs, climbs, (*answered, *NEWS), presses_after=climbs),
        Block(size - 2 * due, NOON, warned, answered, step=_SPREAD, presses_after=update),
    )
    await write(storage, *blocks)
    first = 1
    for block in blocks[:2]:
        for start in range(0, block.count, BATCH):
            await foresee(storage, block, first, range(start, min(start + BATCH, block.count)))
        first += block.count
    return blocks


async def foresee(storage: Storage, block: Block, first: int, places: Sequence[int]) -> None:
    """Their agendas, which whatever was written into them last would have left on their timers."""
    ids = {incident_id(first + place): block.due(place) for place in places}
    async with storage.unit(ENGINE) as unit:
        cases = await lock_all(unit.connection, ids, wait=True)
        known = await ledger.running(unit.connection, cases.values())
        planned = [(escalation.timer_key(one), one, due) for one, due in ids.items()]
        items = {key: agenda.ahead(known[one], 1, (), due) for key, one, due in planned}
        agendas = {key: agenda.written(ahead) for key, ahead in items.items()}
        await plan_all(unit.connection, escalation.TIMER, planned, NOON - HOUR, agendas)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--incidents", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--deadlines", type=int, default=1_000, help="in each run")
    parser.add_argument("--store", nargs="+", choices=BACKENDS, default=BACKENDS)
    given = parser.parse_args()
    for chosen_store in given.store:
        uvloop.run(main(chosen_store, given.incidents, given.deadlines))

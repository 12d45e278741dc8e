"""Very many incidents at once, written by the database itself: valid rows, as the story would have left them.

Each has a number, a machine, a timeline and a timer. Instants lie `step` apart from incident to incident, so
that a test chooses how many are due by moving its clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from controller.fleet import actions as fleet
from controller.fleet import store as fleet_rows
from controller.people import actions as people
from controller.sla.actions import seed_default_plan
from controller.storage import Storage

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
MACHINES = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind` of an entry, `after` the opening, by a person unless it is the opening."""

    kind: str
    after: timedelta


@dataclass(frozen=True, slots=True)
class Block:
    """`count` open incidents of one story. The n-th (from 0) was opened at `opened_at` + n * `step`; its
    timer is due `due_after` its opening (None: it has none), its next promise ends `presses_after`."""

    count: int
    opened_at: datetime
    due_after: timedelta | None
    happened: Sequence[Happening] = ()
    severity: str = "high"
    step: timedelta = timedelta(milliseconds=1)
    presses_after: timedelta | None = None

    def due(self, place: int) -> datetime:
        assert self.due_after is not None
        return self.opened_at + place * self.step + self.due_after


def incident_id(number: int) -> UUID:
    return UUID(int=number)


async def people_and_machines(storage: Storage) -> None:
    """A plan, a customer with machines, and one on duty at each level."""
    async with storage.unit() as unit:
        await seed_default_plan(unit)
        customer = await fleet.add_customer(unit, "Panadería Sol", "es", "Marta Gil", "marta@sol.example")
        for level, login in enumerate(("nora", "iris", "leo"), 1):
            await people.add_user(unit, login, login.title(), f"{login}@vigia.example", level=level)
        for number in range(MACHINES):
            await fleet_rows.add_machine(
                unit.connection,
                {
                    "id": UUID(f"f{number:031x}"),
                    "customer_id": customer.id,
                    "name": f"caja-{number}",
                    "role": "server",
                    "enrolled_at": unit.now,
                },
            )


async def write(storage: Storage, *blocks: Block) -> None:
    """After `people_and_machines`; numbers go on from block to block, from 1."""
    first = 1
    for block in blocks:
        async with storage.unit() as unit:
            for statement in _statements(storage, block):
                given = _given(storage, block.count, first, block.opened_at, block.step)
                await unit.connection.execute(text(statement), given)
        first += block.count
    async with storage.unit() as unit:
        await unit.connection.execute(text("DELETE FROM incident_numbers"))
        await unit.connection.execute(
            text("INSERT INTO incident_numbers (id, last) VALUES (1, :last)"), {"last": first - 1}
        )
    if not storage.is_sqlite:
        async with storage.writer.connect() as connection:
            bare = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await bare.execute(text("VACUUM ANALYZE incidents, incident_entries, timers"))


def _statements(storage: Storage, block: Block) -> list[str]:
    answered = next((one.after for one in block.happened if one.kind == "responded"), None)
    made = [f"""
        INSERT INTO incidents (id, number, customer_id, machine_id, severity, state, level, rule, object,
            facts, summary, opened_at, began_at, first_response_at, finding_count, updated_at, pressing_at)
        SELECT {{uuid:0:n}}, n, (SELECT id FROM customers WHERE name = 'Panadería Sol'),
            {{uuid:15:n % {MACHINES}}}, '{block.severity}', 'open', 1, 'watch.down', 'servicio ' || n,
            '{{{{"target": "http://127.0.0.1:9"}}}}', '', {{at:0}}, {{at:0}},
            {_at(answered) if answered is not None else "NULL"}, 1, {{at:0}},
            {_at(block.presses_after) if block.presses_after is not None else "NULL"}
        FROM {{numbers}}
    """]  # fmt: skip
    happened = (Happening("opened", timedelta(0)), *block.happened)
    for place, one in enumerate(happened, 1):
        opened = one.kind == "opened"
        facts = '{{"rule": "watch.down", "object": "servicio"}}' if opened else "{{}}"
        made.append(f"""
            INSERT INTO incident_entries (id, incident_id, kind, at, recorded_at, actor_kind, actor_name,
                for_customer, auto, severity, channel, body, facts)
            SELECT {{uuid:{place}:n}}, {{uuid:0:n}}, '{one.kind}', {_at(one.after)}, {_at(one.after)},
                '{"agent" if opened else "person"}', '{"caja" if opened else "Luis"}', {{true}},
                {"{true}" if opened else "{false}"}, {f"'{block.severity}'" if opened else "NULL"},
                {"NULL" if opened else "'phone'"}, '{"" if opened else "Lo estamos mirando."}', '{facts}'
            FROM {{numbers}}
        """)
    if block.due_after is not None:
        due = _at(block.due_after)
        made.append(f"""
            INSERT INTO timers (key, kind, subject, due, wake_at, fence, attempts, last_error)
            SELECT 'escalation:' || {{dashed}}, 'escalation', {{uuid:0:n}}, {due}, {due}, 0, 0, ''
            FROM {{numbers}}
        """)
    return [_sql(storage, statement) for statement in made]


def _at(after: timedelta) -> str:
    return f"{{at:{after // _US}}}"


class _Written:
    """A placeholder with its arguments behind colons, in one database's words."""

    def __init__(self, name: str, sqlite: bool) -> None:
        self._name = name
        self._sqlite = sqlite

    def __format__(self, arguments: str) -> str:
        if self._name == "at":
            moved = f"(n - :first) * :step_us + {arguments}"
            if self._sqlite:
                return f":base + {moved}"
            return f"CAST(:base AS timestamptz) + ({moved}) * interval '1 microsecond'"
        prefix, _, number = arguments.partition(":")
        if self._sqlite:
            return f"printf('{int(prefix):x}%031x', {number})"
        return f"('{int(prefix):x}' || lpad(to_hex({number}), 31, '0'))::uuid".replace("::", "\\:\\:")


def _sql(storage: Storage, statement: str) -> str:
    lite = storage.is_sqlite
    numbers = "generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n"
    if lite:
        counting = "SELECT :first UNION ALL SELECT n + 1 FROM c WHERE n < :last"
        numbers = f"(WITH RECURSIVE c(n) AS ({counting}) SELECT n FROM c)"
    return statement.format(
        at=_Written("at", lite), uuid=_Written("uuid", lite), numbers=numbers,
        true="1" if lite else "true", false="0" if lite else "false",
        dashed="printf('00000000-0000-0000-0000-%012x', n)" if lite
        else "'00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0')",
    )  # fmt: skip


def _given(storage: Storage, count: int, first: int, base: datetime, step: timedelta) -> dict[str, Any]:
    return {
        "first": first,
        "last": first + count - 1,
        "step_us": step // _US,
        "base": (base - _EPOCH) // _US if storage.is_sqlite else base,
    }

"""The authority's root is changed while everything runs: both are trusted for a while, then the old one
dropped.

`begin` makes the new root, vouched for by the old one. A minute later, when every process trusts both, the
new one signs: machines hear of it on their stream, renew, and use certificates of the new root. `finish`
drops the old one. Whoever was away meanwhile still finds us (the servers show how the old root vouches for
the new) and recovers (`recovery`) as long as that is allowed; until then nothing depends on how far anybody
came, so that a crash between any two steps loses nobody.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.audit.actions import record
from controller.core.errors import Conflict
from controller.fleet.identity import store
from controller.fleet.identity.authority import Authority
from controller.fleet.identity.roots import Succession
from controller.storage import Connection, Storage, Unit, take_turn

_log = logging.getLogger(__name__)
_NAMED_MOST = 20


@dataclass(frozen=True, slots=True)
class Laggard:
    """A machine that has used no certificate of the new root yet."""

    name: str
    last_seen_at: datetime | None
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """`sha256` and `not_after` are of the root that signs. `begun_at` is None while one root is in force;
    then nobody lags. `machines` counts all that are not banned and hold a certificate."""

    sha256: str
    not_after: datetime
    begun_at: datetime | None
    signs_at: datetime | None
    machines: int
    laggards: tuple[Laggard, ...]


async def progress(connection: Connection, authority: Authority) -> Progress:
    rows = await store.successions(connection)
    current = rows[-1] if rows and rows[-1].finished_at is None else None
    latest: dict[str, Laggard] = {}
    arrived: set[str] = set()
    for one in await store.standing(connection):
        latest[one.name] = Laggard(one.name, one.last_seen_at, one.not_after)
        if current is not None and one.is_used and one.root_sha256 == current.sha256:
            arrived.add(one.name)
    return Progress(
        authority.roots[0].sha256,
        authority.not_after,
        current.made_at if current else None,
        current.signs_at if current else None,
        len(latest),
        tuple(one for name, one in latest.items() if name not in arrived) if current else (),
    )


async def begin(unit: Unit, authority: Authority) -> Succession:
    """Raises `Conflict` when the last change has not been finished."""
    await take_turn(unit.connection, "the authority's roots")
    rows = await store.successions(unit.connection)
    if rows and rows[-1].finished_at is None:
        raise Conflict(
            f"the change of roots of {rows[-1].made_at:%Y-%m-%d} is not finished; see `vigia authority show`"
        )
    if rows and rows[-1].sha256 != authority.roots[0].sha256:
        raise Conflict("this process has not followed the last change of roots yet; try again in a minute")
    row = authority.succeed(unit.now)
    await store.add_succession(unit.connection, row)
    await record(unit, "authority.rotate", row.sha256[:16], {"signs_at": row.signs_at.isoformat()})
    _log.warning("a new root of the authority was made: %s", row.sha256[:16])
    return row


async def finish(unit: Unit, authority: Authority, *, force: bool = False) -> Progress:
    """Drop the old root. Raises `Conflict` naming machines that would have to recover, unless forced."""
    await take_turn(unit.connection, "the authority's roots")
    found = await progress(unit.connection, authority)
    if found.signs_at is None:
        raise Conflict("no change of roots is under way; `vigia authority rotate` begins one")
    rows = await store.successions(unit.connection)
    if unit.now < found.signs_at or authority.roots[0].sha256 != rows[-1].sha256:
        raise Conflict(f"the new root signs from {found.signs_at:%H:%M:%S} UTC on; try again after that")
    if found.laggards and not force:
        names = ", ".join(one.name for one in found.laggards[:_NAMED_MOST])
        more = f" and {rest} more" if (rest := len(found.laggards) - _NAMED_MOST) > 0 else ""
        raise Conflict(
            f"{len(found.laggards)} of {found.machines} machines do not use the new root yet: {names}{more}. "
            "Wait for them, or finish with --force: each has to recover then, and agents too old for that "
            "have to be enrolled again"
        )
    await store.finish_succession(unit.connection, rows[-1].sha256, unit.now)
    facts = {"left_behind": str(len(found.laggards))}
    await record(unit, "authority.finish", rows[-1].sha256[:16], facts)
    _log.warning(
        "the old root of the authority was dropped; %d machines have to recover", len(found.laggards)
    )
    return found


async def follow(storage: Storage, authority: Authority) -> bool:
    """Whether this process's authority changed by what the database says. What the folder alone knows (of a
    database that was restored from an older backup) is written down again. Raises `Conflict`,
    `Unavailable`."""
    async with storage.reading() as connection:
        rows = await store.successions(connection)
    lost = _unknown(authority.rows, rows)
    if lost:
        async with storage.unit() as unit:
            await take_turn(unit.connection, "the authority's roots")
            rows = await store.successions(unit.connection)
            for row in _unknown(authority.rows, rows):
                _log.warning("root %s is written down again", row.sha256[:16])
                await store.add_succession(unit.connection, row)
        async with storage.reading() as connection:
            rows = await store.successions(connection)
    return authority.follow(rows, storage.clock.now())


def _unknown(kept: Sequence[Succession], rows: Sequence[Succession]) -> list[Succession]:
    known = {row.sha256 for row in rows}
    return [row for row in kept if row.sha256 not in known]

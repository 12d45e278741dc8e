"""Who covers a level, at an instant and over a time to come, and where nobody does."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from controller.escalation.rota import store
from controller.escalation.rota.rota import LEVELS, Override, Rota
from controller.escalation.rota.store import Version
from controller.escalation.rota.turns import Turn, at_instant, in_order, turns
from controller.people import store as people
from controller.people.access import Act, may
from controller.people.user import User
from controller.storage import Connection

_INSTANT = timedelta(microseconds=1)


class Reason(Enum):
    """Why nobody is there: `no_turn`, no rota speaks of that time; `inactive`, whoever has the turn may not
    come in any more; `unmanned`, the level has no rota and nobody is flagged as on duty."""

    NO_TURN = "no_turn"
    INACTIVE = "inactive"
    UNMANNED = "unmanned"


@dataclass(frozen=True, slots=True)
class Gap:
    """Nobody is on duty at `level` in [start, end): the administrators are told. `who`: inactive logins."""

    level: int
    start: datetime
    end: datetime
    reason: Reason
    who: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody's duty in [start, end). `rota` and `override` as in `Turn`; neither: by the user's flag.
    `active` False: they are named, and will not be told."""

    level: int
    start: datetime
    end: datetime
    login: str
    name: str
    rota: str
    override: int | None
    active: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """All that is known of [start, end). `gaps` only of levels that have a rota then, or an override; what
    has neither and nobody flagged is in `unmanned`."""

    start: datetime
    end: datetime
    watches: tuple[Watch, ...]
    gaps: tuple[Gap, ...]
    unmanned: tuple[Gap, ...]
    overrides: tuple[Override, ...]

    def at(self, level: int) -> tuple[Watch, ...]:
        return tuple(one for one in self.watches if one.level == level)


def can_serve(user: User) -> bool:
    return user.active and may(user.actor, Act.WORK_INCIDENTS)


async def holders(connection: Connection, level: int, at: datetime) -> tuple[User, ...]:
    """Those on duty then by the rota, or by their flag where the level has none; perhaps nobody."""
    version = await store.version_at(connection, at)
    rotas = version.schedule.at(level) if version else ()
    changed = await store.overrides(connection, at, at + _INSTANT, level)
    if not rotas and not changed:
        return tuple(user for user in await people.on_duty(connection, level) if can_serve(user))
    return await _serving(connection, at_instant(rotas, changed, at))


async def successors(connection: Connection, level: int, at: datetime) -> tuple[User, ...]:
    """Everybody of the level's rotas, from whoever has the turn on; nobody where there is no rota."""
    version = await store.version_at(connection, at)
    rotas = version.schedule.at(level) if version else ()
    return await _serving(connection, in_order(rotas, at)) if rotas else ()


async def _serving(connection: Connection, logins: Iterable[str]) -> tuple[User, ...]:
    found = [await people.user_named(connection, login) for login in logins]
    return tuple(user for user in found if user is not None and can_serve(user))


async def gaps(connection: Connection, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Where a rota leaves its level without anybody in [start, end), in order of time."""
    return (await cover(connection, start, end)).gaps


async def cover(
    connection: Connection, start: datetime, end: datetime, levels: Collection[int] = LEVELS
) -> Cover:
    """As the schedule and the people are known now."""
    known = await store.versions(connection)
    changed = await store.overrides(connection, start, end)
    users = {user.login: user for user in await people.users(connection)}
    watches: list[Watch] = []
    missing: list[Gap] = []
    for level in levels:
        own = [one for one in changed if one.level == level]
        for since, until, rotas in _stretches(known, level, start, end):
            found = _of_rotas(level, turns(rotas, own, since, until), users)
            if not rotas:
                found += _by_flag(level, found, users, since, until)
            watches += found
            missing += _missing(level, found, since, until, Reason.NO_TURN if rotas else Reason.UNMANNED)
    order = sorted(_joined(missing), key=lambda gap: (gap.start, gap.level))
    return Cover(
        start,
        end,
        tuple(sorted(watches, key=lambda one: (one.level, one.start, one.rota, one.login))),
        tuple(gap for gap in order if gap.reason is not Reason.UNMANNED),
        tuple(gap for gap in order if gap.reason is Reason.UNMANNED),
        changed,
    )


def _stretches(
    known: tuple[Version, ...], level: int, start: datetime, end: datetime
) -> list[tuple[datetime, datetime, tuple[Rota, ...]]]:
    """[start, end) cut where another version comes into force, each piece with the level's rotas."""
    found: list[tuple[datetime, datetime, tuple[Rota, ...]]] = []
    since = start
    rotas: tuple[Rota, ...] = ()
    for version in known:
        if version.effective_from >= end:
            break
        if version.effective_from > since:
            found.append((since, version.effective_from, rotas))
            since = version.effective_from
        rotas = version.schedule.at(level)
    return [*found, (since, end, rotas)]


def _of_rotas(level: int, laid_out: Iterable[Turn], users: Mapping[str, User]) -> list[Watch]:
    found: list[Watch] = []
    for turn in laid_out:
        user = users.get(turn.who)
        found.append(
            Watch(
                level, turn.start, turn.end, turn.who, user.name if user else turn.who, turn.rota,
                turn.override, user is not None and can_serve(user),
            )
        )  # fmt: skip
    return found


def _by_flag(
    level: int, overriding: list[Watch], users: Mapping[str, User], start: datetime, end: datetime
) -> list[Watch]:
    """Where no override speaks: everybody who is flagged, side by side."""
    flagged = [user for user in users.values() if can_serve(user) and user.on_duty and user.level == level]
    free = _holes(overriding, start, end)
    return [
        Watch(level, since, until, user.login, user.name, "", None, True)
        for since, until in free
        for user in flagged
    ]


def _missing(level: int, found: list[Watch], start: datetime, end: datetime, otherwise: Reason) -> list[Gap]:
    """The time in which no watch has somebody active."""
    made: list[Gap] = []
    idle = [one for one in found if not one.active]
    for since, until in _holes((one for one in found if one.active), start, end):
        edges = {since, until}
        for one in idle:
            edges |= {edge for edge in (one.start, one.end) if since < edge < until}
        cuts = sorted(edges)
        for begins, ends in pairwise(cuts):
            who = tuple(dict.fromkeys(one.login for one in idle if one.start < ends and begins < one.end))
            made.append(Gap(level, begins, ends, Reason.INACTIVE if who else otherwise, who))
    return made


def _holes(taken: Iterable[Watch], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    at = start
    for one in sorted(taken, key=lambda watch: watch.start):
        if one.start > at:
            found.append((at, one.start))
        at = max(at, one.end)
    if at < end:
        found.append((at, end))
    return found


def _joined(missing: Iterable[Gap]) -> list[Gap]:
    """A gap is one, wherever turns or versions change inside it."""
    found: list[Gap] = []
    for gap in sorted(missing, key=lambda one: (one.level, one.start)):
        last = found[-1] if found else None
        if last and (last.level, last.end, last.reason, last.who) == (
            gap.level, gap.start, gap.reason, gap.who
        ):  # fmt: skip
            found[-1] = replace(last, end=gap.end)
        else:
            found.append(gap)
    return found

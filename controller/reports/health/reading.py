"""Reads what the signs are judged from. Cheap but for the month's figures, which are kept for a while."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from controller.detection import store as runs
from controller.escalation.rota.cover import Reason, cover
from controller.fleet.identity import rotation
from controller.fleet.identity.authority import Authority
from controller.incidents import store as incidents
from controller.incidents.timeline import Entry
from controller.notify import store as outbox
from controller.reports import history
from controller.reports.compliance import By
from controller.reports.health import signs
from controller.reports.health.signs import Hole, Sign, Step
from controller.sla import store as plans
from controller.sla.ledger import CLOCK_KINDS
from controller.storage import Connection
from controller.timers import store as timers

AHEAD = timedelta(hours=48)
_LATES_MOST = 50
_ABSENCES = timedelta(days=2)
Away = Sequence[tuple[datetime, datetime]]


async def targets(connection: Connection, now: datetime) -> list[Sign]:
    """By the report's own code, of the month so far in the zone of the plan for all."""
    zone = ZoneInfo((await plans.in_force(connection, None, now)).plan.zone)
    today = now.astimezone(zone).date()
    span = history.Span(today.replace(day=1), today)
    found = await history.report(connection, span, now)
    return signs.targets(found.lines(By.CUSTOMER), today)


async def engine(connection: Connection, lates: Sequence[Entry], now: datetime, started: datetime) -> Sign:
    """`lates`: what the engine itself marked as late in the last hour; `started`: since when this process is
    there."""
    down = await runs.down_periods(connection, now - _ABSENCES)
    away = [(one.start, one.end) for one in down]
    steps = [await _step(connection, entry) for entry in lates[-_LATES_MOST:]]
    wake = await timers.next_wake(connection)
    waiting = max(wake, started) if wake is not None and wake < now else None
    return signs.engine([step for step in steps if step is not None], waiting, away, now)


async def _step(connection: Connection, entry: Entry) -> Step | None:
    """A deadline may lie in the past when we learn of it: from then on we could act."""
    if "due" not in entry.facts:
        return None
    read = await incidents.entries_of_kinds(connection, (entry.incident_id,), CLOCK_KINDS)
    known = [one.recorded_at for one in read[entry.incident_id] if one.recorded_at < entry.recorded_at]
    due = datetime.fromisoformat(entry.facts["due"])
    return Step(due, entry.recorded_at, max(known, default=due))


async def set_aside(connection: Connection) -> list[Sign]:
    return signs.set_aside(one.key for one in await timers.set_aside(connection))


async def post(connection: Connection, now: datetime) -> Sign:
    waiting, oldest = await outbox.waiting(connection)
    return signs.post(waiting, oldest, now)


async def rota(connection: Connection, now: datetime) -> list[Sign]:
    found = await cover(connection, now, now + AHEAD)
    return signs.rota(
        Hole(gap.level, gap.start, gap.end, gap.reason is not Reason.UNMANNED)
        for gap in (*found.gaps, *found.unmanned)
    )


async def authority(connection: Connection, ours: Authority | None, now: datetime) -> list[Sign]:
    """The root's end, and how far a change of roots has come."""
    if ours is None:
        return []
    found = await rotation.progress(connection, ours)
    arrived = found.machines - len(found.laggards)
    return [
        signs.authority(found.not_after, now),
        *signs.roots(found.begun_at, arrived, found.machines, now),
    ]

"""A level's or a person's turns to come as calendar entries."""

from datetime import datetime, timedelta

from controller.escalation.rota import store
from controller.escalation.rota.cover import Watch, cover
from controller.escalation.rota.ical import Entry, calendar
from controller.escalation.rota.rota import LEVELS
from controller.storage import Connection
from controller.words import duty

BEHIND = timedelta(days=14)
AHEAD = timedelta(days=183)


async def subscribed(
    connection: Connection, now: datetime, language: str, level: int | None = None, login: str | None = None
) -> str:
    """iCalendar text of the last two weeks and the next half year: of a level, of a person, or of everything.

    Turns are laid out so far beyond both ends that none is cut: its beginning is its name.
    """
    versions = await store.versions(connection)
    longest = max((rota.every_days for one in versions for rota in one.schedule.rotas), default=1)
    reach = timedelta(days=longest + 2)
    found = await cover(connection, now - BEHIND - reach, now + AHEAD + reach, (level,) if level else LEVELS)
    changed = {one.number: one.created_at for one in found.overrides}
    written = [(one.effective_from, one.created_at) for one in versions]
    entries = []
    for watch in found.watches:
        by_flag = not watch.rota and watch.override is None
        outside = watch.end <= now - BEHIND or watch.start >= now + AHEAD
        if outside or by_flag or login not in (None, watch.login):
            continue
        since = changed.get(watch.override) if watch.override is not None else None
        if since is None:
            since = max((at for begins, at in written if begins <= watch.start), default=watch.start)
        entries.append(_entry(watch, since, language))
    return calendar(duty.calendar_name(language, level, login), entries, language)


def _entry(watch: Watch, changed_at: datetime, language: str) -> Entry:
    return Entry(
        f"{watch.level}/{watch.rota}/{watch.override or ''}/{watch.start.isoformat()}",
        watch.start,
        watch.end,
        duty.calendar_entry(language, watch.level, watch.name, watch.override is not None, watch.active),
        changed_at,
        watch.rota,
    )

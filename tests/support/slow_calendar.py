"""An independent calendar that is too simple to be wrong: it looks at every minute's local wall reading.

It shares no code with `controller.sla`. Boundaries, offsets and zone changes must lie on whole minutes, which
holds for every zone since 1973; starts and ends may have seconds.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekly = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class SlowCalendar:
    zone: str
    weekly: Weekly
    holidays: frozenset[date]

    def is_open(self, instant: datetime) -> bool:
        local = instant.astimezone(ZoneInfo(self.zone))
        today, reading = local.date(), local.strftime("%H:%M")
        if today in self.holidays:
            return False
        for start, end in self.weekly.get(DAYS[today.weekday()], []):
            if start <= reading and (end <= start or reading < end):
                return True
        yesterday = DAYS[today.weekday() - 1]
        return any(end <= start and reading < end for start, end in self.weekly.get(yesterday, []))

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        counted, now = timedelta(0), start.astimezone(UTC)
        while now < end:
            after = min(_next_minute(now), end)
            if self.is_open(now):
                counted += after - now
            now = after
        return counted

    def add_open(self, start: datetime, duration: timedelta, limit: timedelta) -> datetime | None:
        """None when `limit` of elapsed time does not suffice."""
        now, left = start.astimezone(UTC), duration
        while now < start + limit:
            after = _next_minute(now)
            if self.is_open(now):
                if left <= after - now:
                    return now + left
                left -= after - now
            now = after
        return None


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + MINUTE

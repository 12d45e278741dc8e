"""How long a promise is: "30m", "4h", "2d" (contract.md T11)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.sla.calendar import Calendar

_WRITTEN = re.compile(r"([0-9]{1,7})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Duration:
    """`nominal`: what it is on 24x7; `days` > 0 when it was given in days, which elsewhere are open days."""

    nominal: timedelta
    days: int = 0

    def after(self, start: datetime, calendar: Calendar, stopped: timedelta) -> datetime:
        """The deadline: start + this + `stopped` open time, on that calendar."""
        if self.days and not calendar.always:
            return calendar.add_open(calendar.add_days(start, self.days), stopped)
        return calendar.add_open(start, self.nominal + stopped)

    def __str__(self) -> str:
        if self.days:
            return f"{self.days}d"
        minutes, rest = divmod(self.nominal, timedelta(minutes=1))
        if rest:
            return f"{self.nominal / timedelta(minutes=1):g}m"
        return f"{minutes // 60}h" if minutes and minutes % 60 == 0 else f"{minutes}m"


def duration(written: str) -> Duration:
    """Reads "30m", "4h" or "2d". Raises ValueError for anything else, a negative time included."""
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(written)
    amount, unit = int(match[1]), match[2]
    return Duration(amount * _UNITS[unit], amount if unit == "d" else 0)


def minutes(amount: float) -> Duration:
    """Minutes, whole or not, of the calendar."""
    return Duration(timedelta(microseconds=round(amount * 60_000_000)))

"""Stretches of a zone's history over which local clocks run at one offset from UTC.

Instants are whole microseconds since 1970-01-01T00:00Z: exact, and quick to add and compare.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.sla.errors import OutOfCalendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
# A day's room at both ends, so that no zone's local reading leaves the years datetime knows.
FIRST_US = -62_135_596_800 * SECOND_US + 2 * DAY_US
LAST_US = 253_402_300_800 * SECOND_US - 2 * DAY_US

# No zone changes its offset and back again within six hours.
_STEP_US = 6 * 3600 * SECOND_US


def to_us(instant: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def from_us(instant_us: int) -> datetime:
    """Aware UTC. Raises OutOfCalendar beyond the years 1 to 9999."""
    try:
        return EPOCH + timedelta(microseconds=instant_us)
    except OverflowError:
        raise OutOfCalendar from None


def offset_us(zone: ZoneInfo, instant_us: int) -> int:
    """How far local clocks are ahead of UTC then."""
    offset = (EPOCH + timedelta(microseconds=instant_us)).astimezone(zone).utcoffset()
    assert offset is not None
    return (offset.days * 86_400 + offset.seconds) * SECOND_US + offset.microseconds


def stretches(zone: ZoneInfo, start_us: int, end_us: int) -> list[tuple[int, int, int]]:
    """(from, to, offset) without gaps over [start, end), split at each change to the second."""
    found: list[tuple[int, int, int]] = []
    since, offset = start_us, offset_us(zone, start_us)
    at = start_us
    while at < end_us:
        step = min(at + _STEP_US, end_us)
        after = offset_us(zone, step)
        if after != offset:
            change = _change(zone, at, step, offset)
            if change < end_us:
                found.append((since, change, offset))
                since, offset = change, after
        at = step
    found.append((since, end_us, offset))
    return found


def instant_of(zone: ZoneInfo, local: datetime) -> datetime:
    """The instant of a naive local reading: first of a repeated hour, the jump if skipped (T10)."""
    aware = local.replace(tzinfo=zone, fold=0)
    instant = aware.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    late = to_us(instant)
    early = to_us(local.replace(tzinfo=zone, fold=1).astimezone(UTC))
    return from_us(_change(zone, early, late, offset_us(zone, early)))


def _change(zone: ZoneInfo, before_us: int, after_us: int, offset: int) -> int:
    """The first whole second after `before_us` at which the offset is no longer `offset`."""
    low, high = before_us // SECOND_US, -(-after_us // SECOND_US)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_us(zone, middle * SECOND_US) == offset:
            low = middle
        else:
            high = middle
    return high * SECOND_US

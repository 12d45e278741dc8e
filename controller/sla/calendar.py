"""Opening hours, and arithmetic with open time only (contract.md T10, T11).

An instant is open when its local wall reading lies in an interval, start included, end not. Sums are made on
instants, so the hour that clocks skip or repeat needs no rule of its own. Open intervals are laid out once
per block of 32 UTC days and kept, which makes a span of years a few hundred additions.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from controller.sla.errors import CalendarNeverOpens, OutOfCalendar
from controller.sla.holiday import Holidays
from controller.sla.zones import DAY_US, FIRST_US, LAST_US, SECOND_US, from_us, instant_of, stretches, to_us

Minutes = tuple[int, int]
Block = tuple[list[int], list[int], list[int], int]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440
_MINUTE_US = 60 * SECOND_US
_BLOCK_US = 32 * DAY_US
_ORDINAL_1970 = date(1970, 1, 1).toordinal()
_ALL_DAY: tuple[Minutes, ...] = ((0, DAY_MINUTES),)


@dataclass(frozen=True)
class Calendar:
    """`weekly` has seven entries from Monday: intervals in minutes from local midnight, 0 <= start < 1440,
    start < end <= start + 1440. One that ends after 1440 runs over midnight and belongs to its first day;
    overlapping or touching intervals are a union. Not thread-safe while it fills its blocks.
    """

    zone: str
    weekly: tuple[tuple[Minutes, ...], ...]
    holidays: Holidays = field(default_factory=Holidays)

    @cached_property
    def always(self) -> bool:
        """Open at every instant: working time is elapsed time, and a day is 24 hours (T11)."""
        return not self.holidays and all(self._hours(weekday) == _ALL_DAY for weekday in range(7))

    @property
    def never(self) -> bool:
        return not any(self.weekly)

    def wall_hours(self, weekday: int) -> tuple[Minutes, ...]:
        """What is open on that weekday's local date (0 is Monday) that is no holiday, yesterday's tails
        included: merged and in order, minutes from 0 to 1440."""
        return self._walls[weekday]

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Open time from start to end; a reversed span is 0."""
        if end <= start:
            return timedelta(0)
        if self.always:
            return end - start
        if self.never:
            return timedelta(0)
        return timedelta(microseconds=self._between(to_us(start), to_us(end)))

    def add_open(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant by which `duration` (>= 0) of open time has passed: exactly at closing, not at
        the next opening. Adding zero gives the start when open, else the next opening.
        Raises CalendarNeverOpens, OutOfCalendar."""
        if self.always:
            try:
                return start.astimezone(UTC) + duration
            except OverflowError:
                raise OutOfCalendar from None
        left = (duration.days * 86_400 + duration.seconds) * SECOND_US + duration.microseconds
        return from_us(self._add(to_us(start), left))

    def add_days(self, start: datetime, days: int) -> datetime:
        """T11: 24 h each when always open; else the same local time that many open days later (a local date
        with any open instant), rolled to the next opening if closed."""
        if self.always:
            return self.add_open(start, timedelta(days=days))
        if self.never:
            raise CalendarNeverOpens
        local = start.astimezone(self._tz)
        day = local.date()
        try:
            while days > 0:
                day += timedelta(days=1)
                days -= self._opens_on(day)
        except OverflowError:
            raise OutOfCalendar from None
        if day == local.date():
            return self.next_opening(start)
        return self.next_opening(instant_of(self._tz, datetime.combine(day, local.time())))

    def next_opening(self, start: datetime) -> datetime:
        """The start itself when open."""
        return self.add_open(start, timedelta(0))

    def is_open(self, instant: datetime) -> bool:
        at = to_us(instant)
        starts, ends, _, _ = self._block(at // _BLOCK_US)
        index = bisect_right(starts, at) - 1
        return index >= 0 and at < ends[index]

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open intervals within [start, end), in order and merged: what a proof shows."""
        first, last = to_us(start), to_us(end)
        running: tuple[int, int] | None = None
        for number in range(first // _BLOCK_US, (last - 1) // _BLOCK_US + 1) if first < last else ():
            starts, ends, _, _ = self._block(number)
            for opened, closed in zip(starts, ends, strict=True):
                opened, closed = max(opened, first), min(closed, last)
                if opened >= closed:
                    continue
                if running and running[1] == opened:
                    running = (running[0], closed)
                    continue
                if running:
                    yield from_us(running[0]), from_us(running[1])
                running = (opened, closed)
        if running:
            yield from_us(running[0]), from_us(running[1])

    # Small print: blocks of laid-out intervals.

    @cached_property
    def _tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _blocks(self) -> dict[int, Block]:
        return {}

    @cached_property
    def _open_days(self) -> dict[date, bool]:
        return {}

    @cached_property
    def _walls(self) -> tuple[tuple[Minutes, ...], ...]:
        return tuple(self._hours(weekday) for weekday in range(7))

    @cached_property
    def _week_us(self) -> int:
        """Open microseconds in a week without holidays."""
        return sum(end - start for hours in self._walls for start, end in hours) * _MINUTE_US

    def _hours(self, weekday: int) -> tuple[Minutes, ...]:
        """What is open on that weekday's local date: its own intervals up to 24:00 and yesterday's tails."""
        parts = [(start, min(end, DAY_MINUTES)) for start, end in self.weekly[weekday]]
        parts += [(0, end - DAY_MINUTES) for _, end in self.weekly[weekday - 1] if end > DAY_MINUTES]
        merged: list[Minutes] = []
        for start, end in sorted(parts):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(merged)

    def _open_on(self, day: date) -> tuple[Minutes, ...]:
        return () if day in self.holidays else self._walls[day.weekday()]

    def _opens_on(self, day: date) -> bool:
        known = self._open_days.get(day)
        if known is None:
            known = self._open_days[day] = bool(self._open_on(day)) and self._has_open_instant(day)
        return known

    def _has_open_instant(self, day: date) -> bool:
        """False where clocks skip the whole of that date's open hours."""
        noon = to_us(datetime.combine(day, time(12), tzinfo=UTC))
        return any(
            self._lay_out(day, since, to, offset)
            for since, to, offset in stretches(self._tz, noon - 2 * DAY_US, noon + 2 * DAY_US)
        )

    def _lay_out(self, day: date, since: int, to: int, offset: int) -> list[tuple[int, int]]:
        """That local date's open intervals as instants, as far as they lie in a stretch of one offset."""
        midnight = (day.toordinal() - _ORDINAL_1970) * DAY_US - offset
        cut = (
            (max(midnight + start * _MINUTE_US, since), min(midnight + end * _MINUTE_US, to))
            for start, end in self._open_on(day)
        )
        return [(start, end) for start, end in cut if start < end]

    def _block(self, number: int) -> Block:
        known = self._blocks.get(number)
        return known if known is not None else self._build(number)

    def _build(self, number: int) -> Block:
        first, last = number * _BLOCK_US, (number + 1) * _BLOCK_US
        if first < FIRST_US or last > LAST_US:
            raise OutOfCalendar
        starts: list[int] = []
        ends: list[int] = []
        for since, to, offset in stretches(self._tz, first, last):
            for ordinal in range((since + offset) // DAY_US, (to + offset - 1) // DAY_US + 1):
                for start, end in self._lay_out(date.fromordinal(ordinal + _ORDINAL_1970), since, to, offset):
                    if ends and ends[-1] == start:
                        ends[-1] = end
                    else:
                        starts.append(start)
                        ends.append(end)
        before: list[int] = []
        total = 0
        for start, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - start
        self._blocks[number] = (starts, ends, before, total)
        return self._blocks[number]

    @staticmethod
    def _open_before(block: Block, at: int) -> int:
        starts, ends, before, _ = block
        index = bisect_right(starts, at) - 1
        return before[index] + min(at, ends[index]) - starts[index] if index >= 0 else 0

    def _between(self, start: int, end: int) -> int:
        first, last = start // _BLOCK_US, end // _BLOCK_US
        counted = self._open_before(self._block(last), end) - self._open_before(self._block(first), start)
        for number in range(first, last):
            counted += self._block(number)[3]
        return counted

    def _add(self, start: int, left: int) -> int:
        if self.never:
            raise CalendarNeverOpens
        if start + left // self._week_us * 7 * DAY_US > LAST_US:
            raise OutOfCalendar  # before laying out centuries to learn the same
        number = start // _BLOCK_US
        block = self._block(number)
        wanted = self._open_before(block, start) + left
        while wanted > block[3] or left == 0:
            if left == 0 and (at := self._opening_in(block, start)) is not None:
                return at
            wanted -= block[3]
            number += 1
            block = self._block(number)
        index = bisect_left(block[2], wanted) - 1
        return block[0][index] + wanted - block[2][index]

    @staticmethod
    def _opening_in(block: Block, start: int) -> int | None:
        """The first open instant of the block at or after `start`."""
        starts, ends, _, _ = block
        index = bisect_right(ends, start)
        return max(start, starts[index]) if index < len(starts) else None


ALWAYS = Calendar("UTC", (_ALL_DAY,) * 7)
"""`24x7`: has no holidays, and its zone does not matter."""

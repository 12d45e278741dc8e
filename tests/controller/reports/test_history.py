"""Reading what was, on both databases: pages that join without a seam, and days of the plan's zone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from controller.core.errors import Invalid
from controller.reports import history
from controller.reports.history import Span, span_of
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.desk import open_desk


async def test_pages_join_without_a_seam_over_days_of_the_plans_zone(
    storage: Storage, clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven incidents in pages of two, each once, by number. 05:30Z on the third is still the second in
    Mexico City; an incident of two hours later is not, and other customers' stay out."""
    monkeypatch.setattr(history, "PAGE", 2)
    clock.set(datetime(2026, 3, 3, 5, 30, tzinfo=UTC))
    day = Span(date(2026, 3, 2), date(2026, 3, 2))
    async with open_desk(storage, clock) as desk:
        for number in range(7):
            await desk.raised(await desk.finding(object_name=f"watch {number}"))
        clock.set(clock.now() + timedelta(hours=2))
        await desk.raised(await desk.finding(object_name="tomorrow"))
        async with storage.reading() as connection:
            whole = [one.number async for one in history.told(connection, day, clock.now())]
            paged: list[int] = []
            after: int | None = 0
            while after is not None:
                found, _, after = await history.page(connection, day, clock.now(), after=after, limit=2)
                paged += [one.number for one in found]
            stranger = await history.report(connection, day, clock.now(), storage.chance.uuid())
            # A few of the days around are looked at.
            assert await history.count(connection, day) == 8
    assert whole == paged == [1, 2, 3, 4, 5, 6, 7]
    assert stranger.verdicts == ()


def test_without_days_the_last_thirty_are_meant() -> None:
    today = date(2026, 3, 2)
    assert span_of(None, None, today) == Span(date(2026, 2, 1), today)
    assert span_of("2026-01-01", "", today) == Span(date(2026, 1, 1), today)
    assert span_of("", "2026-01-31", today).since == date(2026, 1, 2)
    assert span_of("2026-05-01", "", today) == Span(date(2026, 5, 1), date(2026, 5, 1))


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "0001-01-01", "9999-12-31", "2026-3-2", "\x00"])
def test_a_day_that_is_none_is_refused_by_name(day: str) -> None:
    with pytest.raises(Invalid) as caught:
        span_of(day, None, date(2026, 3, 2))
    assert caught.value.field == "from"


def test_a_span_holds_every_zone_of_the_earth() -> None:
    span = Span(date(2026, 3, 2), date(2026, 3, 2))
    assert span.start <= datetime(2026, 3, 2, tzinfo=UTC) - timedelta(hours=14)
    assert span.end >= datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=12)

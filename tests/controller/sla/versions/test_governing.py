"""Which versions govern: those in force at the opening, for good, whatever is added later (T14)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from controller.core.errors import Conflict, NotFound
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.sla import actions, holiday, ledger, store
from controller.sla.errors import PlanInvalid
from controller.sla.state import Clock
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.desk import Desk, open_desk
from tests.support.plans import office, office_plan

DAY = timedelta(days=1)


async def added(desk: Desk, calendar: str = "", plan: str = "", customer_id: UUID | None = None) -> None:
    async with desk.storage.unit(desk.root.actor) as unit:
        if calendar:
            await actions.add_calendar(unit, calendar, customer_id)
        if plan:
            await actions.add_plan(unit, plan, customer_id)


async def first_response(desk: Desk, case: Incident) -> tuple[str, Clock]:
    async with desk.storage.reading() as connection:
        found = await ledger.explain(connection, case.id, desk.clock.now())
    return found.plan_version, found.state.clocks["first_response"]


async def test_what_was_opened_keeps_its_plan_and_calendars(storage: Storage, clock: JumpingClock) -> None:
    """Monday noon UTC, six in the morning in Mexico. The plan with office hours comes on Tuesday, another
    office on Wednesday: three incidents, three sets of rules, and none of them ever moves."""
    async with open_desk(storage, clock) as desk:
        tuesday, wednesday = clock.now() + DAY, clock.now() + 2 * DAY
        await added(desk, office(), office_plan(tuesday))
        later = office(wednesday).replace('wed = [["09:00", "18:00"]]', 'wed = [["11:00", "18:00"]]')
        await added(desk, later)
        monday_case = await desk.raised(await desk.finding(object_name="a"))
        clock.set(tuesday)
        tuesday_case = await desk.raised(await desk.finding(object_name="b"))
        clock.set(wednesday)
        wednesday_case = await desk.raised(await desk.finding(object_name="c"))
        told = [await first_response(desk, one) for one in (monday_case, tuesday_case, wednesday_case)]
    assert [version for version, _ in told] == ["1970-01-01", "2026-03-03T06:00", "2026-03-03T06:00"]
    assert [clock.due for _, clock in told] == [
        datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
        datetime(2026, 3, 3, 15, 30, tzinfo=UTC),
        datetime(2026, 3, 4, 17, 30, tzinfo=UTC),
    ]


async def test_a_customers_own_plan_and_calendar_come_before_everybodys(
    storage: Storage, clock: JumpingClock
) -> None:
    async with open_desk(storage, clock) as desk:
        await added(desk, office(clock.now()), office_plan(clock.now()))
        own = office(clock.now()).replace("09:00", "07:00")
        await added(desk, own, customer_id=desk.customer.id)
        case = await desk.raised(await desk.finding())
        version, response = await first_response(desk, case)
        async with storage.reading() as connection:
            others = await store.in_force(connection, None, clock.now())
    assert version == "2026-03-02T06:00"
    assert response.due == datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
    assert others.calendars["office"].weekly[0][0] == (540, 840)


async def test_another_edition_of_the_library_moves_no_holiday_of_a_kept_calendar(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """15 years of a country's days are kept with the version; then the library knows nothing any more."""
    await added(desk, office(desk.clock.now()).replace("holidays = ", 'country = "MX"\nholidays = '))
    monkeypatch.setattr(holiday, "_of_year", lambda *_: frozenset())
    async with desk.storage.reading() as connection:
        calendar = (await store.versions(connection)).calendars[0].calendar
    assert date(2026, 12, 25) in calendar.holidays and date(2040, 12, 25) in calendar.holidays
    assert date(2026, 3, 16) in calendar.holidays and date(2041, 12, 25) not in calendar.holidays
    assert not calendar.is_open(datetime(2026, 5, 1, 18, tzinfo=UTC))
    assert date(2027, 1, 1) in dict(calendar.holidays.coming(date(2026, 12, 1), 3))


async def test_every_fault_of_a_new_version_comes_at_once(desk: Desk) -> None:
    """No such calendar, a severity left out, a beginning in the past, a typing error: one reading."""
    text = office_plan(desk.clock.now() - DAY).replace("[severity.high]", "[severity.hihg]")
    text += 'colour = "x"\n'
    async with desk.storage.unit(desk.root.actor) as unit:
        with pytest.raises(PlanInvalid) as caught:
            await actions.add_plan(unit, text)
    found = {fault.path: (fault.kind, fault.line) for fault in caught.value.faults}
    assert found == {
        "effective_from": ("past", 3),
        "severity.high": ("missing", None),
        "hours.first_response": ("unknown_calendar", 22),
        "hours.update_every": ("unknown_calendar", 23),
        "hours.colour": ("unknown_key", 24),
    }


async def test_two_versions_never_begin_at_one_instant(desk: Desk) -> None:
    begins = desk.clock.now() + DAY
    await added(desk, office(begins), office_plan(begins))
    for verb, text in ((actions.add_plan, office_plan(begins)), (actions.add_calendar, office(begins))):
        async with desk.storage.unit(desk.root.actor) as unit:
            with pytest.raises(PlanInvalid) as caught:
                await verb(unit, text)
        assert [(one.path, one.kind) for one in caught.value.faults] == [("effective_from", "overlapping")]
    await added(desk, office(begins), office_plan(begins), desk.customer.id)
    await added(desk, office(), office_plan())
    async with desk.storage.unit(desk.root.actor) as unit:
        with pytest.raises(PlanInvalid, match="another version begins"):
            await actions.add_plan(unit, office_plan())


async def test_only_what_is_not_in_force_is_withdrawn_and_nothing_that_a_plan_needs(desk: Desk) -> None:
    begins = desk.clock.now() + DAY
    async with desk.storage.unit(desk.root.actor) as unit:
        calendar = await actions.add_calendar(unit, office(begins))
        plan = await actions.add_plan(unit, office_plan(begins))
    async with desk.storage.unit(desk.root.actor) as unit:
        with pytest.raises(Conflict, match="relies on this calendar"):
            await actions.withdraw(unit, calendar.id)
        await actions.withdraw(unit, plan.id)
        await actions.withdraw(unit, calendar.id)
        with pytest.raises(NotFound):
            await actions.withdraw(unit, plan.id)
    async with desk.storage.unit(desk.root.actor) as unit:
        book = await store.versions(unit.connection)
        assert [one.version for one in book.plans] == ["1970-01-01"] and not book.calendars
        with pytest.raises(Conflict, match="is in force"):
            await actions.withdraw(unit, book.plans[0].id)
        again = await actions.add_calendar(unit, office(begins))
        assert again.version == "2026-03-03T06:00"


async def test_without_a_beginning_it_is_in_force_from_the_next_second(desk: Desk) -> None:
    """What was opened in this very second keeps the old plan."""
    case = await desk.raised(await desk.finding())
    await added(desk, office())
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    await added(desk, plan=office_plan())
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    newer = await desk.raised(await desk.finding(object_name="other"))
    assert (await first_response(desk, case))[0] == "1970-01-01"
    assert (await first_response(desk, newer))[0] == "2026-03-02T06:00:02"


@pytest.fixture
async def desk(tmp_path, clock, chance):  # type: ignore[no-untyped-def]
    """One database is enough for what is decided in memory."""
    from tests.support.stores import fresh_storage

    async with fresh_storage("sqlite", tmp_path, clock, chance) as made, open_desk(made, clock) as opened:
        yield opened


async def test_the_engine_lets_a_promise_of_office_hours_sleep_over_the_weekend(desk: Desk) -> None:
    """Opened on Friday ten minutes before closing, with half an hour to answer: nobody is warned before
    Monday, and it is missed at twenty past nine, not in the night. Escalation counts day and night."""
    await added(desk, office(), office_plan())
    desk.clock.set(datetime(2026, 3, 6, 23, 50, tzinfo=UTC))
    case = await desk.raised(await desk.finding())
    await desk.until(datetime(2026, 3, 9, 15, 0, tzinfo=UTC))
    assert not {"warned", "breached"} & set(await desk.kinds(case.id))
    await desk.until(datetime(2026, 3, 9, 15, 30, tzinfo=UTC))
    async with desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    told = [(one.kind.value, one.at) for one in entries if one.kind.value in ("warned", "breached")]
    monday = datetime(2026, 3, 9, 15, tzinfo=UTC)
    assert [(kind, at - monday) for kind, at in told if at >= monday][:2] == [
        ("warned", timedelta(minutes=5)),
        ("warned", timedelta(minutes=14)),
    ]
    assert ("breached", monday + timedelta(minutes=20)) in told

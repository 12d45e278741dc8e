"""What is worked out beforehand is what the clocks say when it is due: the same entries and dues."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from controller.core.actor import ENGINE
from controller.core.chance import SystemChance
from controller.core.severity import Severity
from controller.escalation import acting, agenda
from controller.escalation.steps import look
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.timeline import Entry, EntryKind
from controller.sla import ledger
from controller.sla.ledger import CLOCK_KINDS, Running
from controller.sla.promises import due_of_pressing
from controller.sla.versions.version import ALWAYS, Governing, PlanVersion
from controller.storage import Storage, Unit
from controller.timers import Claim
from controller.timers import store as timers
from tests.support.clocks import NOON
from tests.support.desk import Desk
from tests.support.random_calendars import sample
from tests.support.random_incidents import CALENDARS, OPENED, story

_ONE = UUID(int=1)
_TICK = timedelta(microseconds=1)


def _running(random: Random) -> tuple[Running, set[str], datetime]:
    """A random incident as it is known at a random instant, and what the engine has done by then."""
    told = story(random)
    calendars = CALENDARS
    if random.random() < 0.5:
        calendars = {"office": sample(random).fast}
    now = OPENED + random.random() * (told.end - OPENED)
    events = [event for event in told.events if event.recorded_at <= now]
    governing = Governing(PlanVersion(UUID(int=2), None, ALWAYS, told.plan), (), calendars)
    case = Incident(
        _ONE, 1, _ONE, None, None, Severity.HIGH, CaseState.OPEN, 1, "watch.down", "tienda", {}, "", OPENED,
        OPENED, None, None, None, 1, OPENED, None,
    )  # fmt: skip
    known = Running(case, governing, events)
    state = known.state(now)
    steps, _ = look(state, 3, told.plan.warn_at, ())
    case = replace(
        case,
        severity=Severity(state.severity or "high"),
        level=state.level,
        pressing_at=due_of_pressing(state),
    )
    return Running(case, governing, events), {step.key for step in steps}, now


def _unit(now: datetime) -> Unit:
    nothing: Any = None
    return Unit(nothing, now, SystemChance(), ENGINE)


def _told(entries: list[Entry]) -> list[Entry]:
    return [replace(entry, id=_ONE) for entry in entries]


@pytest.mark.parametrize("seed", range(4))
def test_acting_by_agenda_is_acting_by_the_clocks(seed: int) -> None:
    """Random incidents with pauses, reopenings, severities and late words, on random calendars with days on
    which clocks change: at every instant ahead, at some moment before the next one, both write the same."""
    random = Random(seed)
    acted = 0
    for _ in range(60):
        running, done, now = _running(random)
        state = running.state(now)
        if state.status != "open":
            continue
        steps, due = look(state, running.incident.level, running.governing.plan.warn_at, done)
        if steps or due is None:
            continue
        kept = agenda.written(agenda.ahead(running, running.incident.level, done, due))
        last = max(event.recorded_at for event in running.events)
        while kept is not None and due is not None:
            item, _ = agenda.first(kept)
            assert item is not None and item.due == due
            latest = due + timedelta(seconds=59)
            if item.following is not None:
                latest = min(latest, item.following - 2 * _TICK)
            unit = _unit(random.choice((due, due + random.random() * max(latest - due, timedelta(0)))))
            claim = Claim("escalation:1", "escalation", _ONE, due, 1, 0, kept)
            by_clocks = acting._decide(unit, running, done, last)
            by_agenda = acting._by_agenda(unit, claim, running.incident, last)
            if by_agenda is None:
                # The next instant follows at once: then the clocks are read.
                assert item.following is not None and item.following - due <= 2 * _TICK
                by_agenda = by_clocks
            assert _told(by_agenda.entries) == _told(by_clocks.entries)
            assert by_agenda[2:4] == by_clocks[2:4]
            assert replace(by_agenda.incident, updated_at=unit.now) == replace(
                by_clocks.incident, updated_at=unit.now
            )
            if by_agenda.agenda is not None:
                assert by_clocks.agenda is not None
                assert by_clocks.agenda.startswith(by_agenda.agenda)
            acted += len(by_agenda.entries)
            climbs = [entry for entry in by_clocks.entries if entry.kind is EntryKind.ESCALATED]
            running = replace(
                running, incident=by_clocks.incident, events=[*running.events, *ledger.events_of(climbs)]
            )
            done = {*done, *by_clocks.keys}
            last = max([last, *(entry.recorded_at for entry in by_clocks.entries)])
            due, kept = by_agenda.due, by_agenda.agenda
    assert acted > 20


def test_whatever_is_in_doubt_is_left_to_the_clocks() -> None:
    """Late, early, past the next instant, another level or severity, a clock set back, an agenda of another
    shape: none of it is acted upon."""
    case = _running(Random(1))[0].incident
    case = replace(case, state=CaseState.OPEN, level=1, severity=Severity.HIGH)
    due = OPENED + timedelta(hours=1)
    item = agenda.Item(due, "high", 1, (), None, due + timedelta(seconds=30))
    assert agenda.first(agenda.written([item]) or "") == (item, None)
    assert agenda.holds(item, case, due, due, due)
    second = timedelta(seconds=1)
    assert not agenda.holds(item, case, due, due - second, None)
    assert not agenda.holds(item, case, due, due + 30 * second, None)
    assert not agenda.holds(item._replace(following=None), case, due, due + 60 * second, None)
    assert not agenda.holds(item, case, due + second, due + second, None)
    assert not agenda.holds(item, case, due, due, due + second)
    for other in ({"level": 2}, {"severity": Severity.NORMAL}, {"state": CaseState.RESOLVED}):
        assert not agenda.holds(item, replace(case, **other), due, due, None)  # type: ignore[arg-type]
    for odd in ("", "[]", "[2,3]", "{}", "[1,0,0,0,0,0,0]", '[1,"x","high",1,[["no"]],null,null]'):
        assert agenda.first(odd) == (None, None)


async def _row(storage: Storage, case_id: UUID) -> tuple[Any, ...] | None:
    query = timers.timers.select().where(timers.timers.c.key == f"escalation:{case_id}")
    async with storage.reading() as connection:
        row = (await connection.execute(query)).first()
    return (row.due, row.agenda, row.fence) if row else None


async def _anew(desk: Desk, case_id: UUID) -> tuple[datetime | None, str | None]:
    """The due and the agenda that the clocks give now."""
    now = desk.clock.now()
    async with desk.storage.reading() as connection:
        case = await incidents.incident(connection, case_id)
        assert case is not None
        running = (await ledger.running(connection, (case,)))[case_id]
        done = await acting.store.done(connection, case_id)
    state = running.state(now)
    steps, due = look(state, case.level, running.governing.plan.warn_at, done)
    assert not steps
    return due, agenda.written(agenda.ahead(running, case.level, done, due))


async def test_whatever_moves_a_clock_plans_its_timer_anew(desk: Desk) -> None:
    """Every kind of entry that the clocks read, written the way people write it: the fence moves, and what
    lies on the timer is what the clocks give."""
    case = await desk.raised(await desk.finding(object_name="agenda"))
    seen = {kind.value for kind in (EntryKind.OPENED,)}
    moves = (
        ("responded", lambda unit: actions.respond(unit, case.id, "hola", channel="phone")),
        ("updated_customer", lambda unit: actions.update_customer(unit, case.id, "sigue")),
        ("paused", lambda unit: actions.pause(unit, case.id, "customer", told="Esperamos la pieza.")),
        ("resumed", lambda unit: actions.resume(unit, case.id)),
        (
            "severity_changed",
            lambda unit: actions.change_severity(unit, case.id, Severity.NORMAL, "no es para tanto"),
        ),
        ("escalated", lambda unit: actions.escalate(unit, case.id, 2, "hace falta")),
        ("resolved", lambda unit: actions.resolve(unit, case.id, "hecho")),
        ("reopened", lambda unit: actions.reopen(unit, case.id, "volvió")),
        ("closed", lambda unit: actions.close(unit, case.id, "fin")),
    )
    before = await _row(desk.storage, case.id)
    assert before is not None and before[:2] == await _anew(desk, case.id)
    for kind, move in moves:
        desk.clock.set(desk.clock.now() + timedelta(minutes=1))
        async with desk.storage.unit(desk.luis.actor) as unit:
            await move(unit)
        assert kind in await desk.kinds(case.id)
        seen.add(kind)
        after = await _row(desk.storage, case.id)
        if after is None:
            assert kind in ("resolved", "closed")
        else:
            assert before is None or after[2] > before[2], kind
            assert after[:2] == await _anew(desk, case.id), kind
        before = after
    assert seen == {kind.value for kind in CLOCK_KINDS}


async def test_the_engine_keeps_to_the_agenda(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole story on time, in which no clock is read again until the agenda is used up."""
    case = await desk.raised(await desk.finding(object_name="agenda"))
    monkeypatch.setattr(Running, "state", lambda *_: pytest.fail("the clocks were read"))
    for minutes in (15, 24, 30.1, 140, 200, 270):
        await desk.until(NOON + timedelta(minutes=minutes))
    assert [kind for kind in await desk.kinds(case.id) if kind != "notice_queued"][:5] == [
        "opened", "warned", "warned", "breached", "warned",
    ]  # fmt: skip

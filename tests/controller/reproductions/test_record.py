"""Runs are counted by the database as the attempts themselves would be counted."""

from uuid import UUID

from controller.core.errors import NotFound
from controller.incidents import store as incidents
from controller.reproductions import actions, store
from controller.reproductions.reproduction import Verdict, reproduction
from controller.storage import Storage
from tests.controller.reproductions.offers import RUN, offer
from tests.support.clocks import JumpingClock
from tests.support.desk import open_desk


async def test_a_record_says_what_its_attempts_say(storage: Storage, clock: JumpingClock) -> None:
    """Two runs and an attempt by somebody else; the newest run stands first, whoever tried first is named
    first; pages of attempts are parts of the whole."""
    verdicts = [Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE, Verdict.REPRODUCED]
    offers = [offer(number, verdict) for number, verdict in enumerate(verdicts, 1)]
    other = UUID(int=0xB)
    offers += [
        offer(7, Verdict.NOT_REPRODUCED, run_id=other, tried_by="luis@bench"),
        offer(8, Verdict.INCONCLUSIVE, run_id=other, tried_by="luis@bench"),
    ]
    async with open_desk(storage, clock) as desk:
        await desk.raised(await desk.finding())
        for one in offers:
            async with storage.unit(desk.ana.actor) as unit:
                await actions.record(unit, one)
        async with storage.reading() as connection:
            case = await incidents.incident_numbered(connection, 1)
            if case is None:
                raise NotFound("incident", "INC-1")
            record = await store.record(connection, [case.id, UUID(int=9)])
            whole = await store.attempts(connection, case.id)
            run = await store.attempts(connection, case.id, RUN)
            page = await store.attempts(connection, case.id, limit=2, offset=1)
            nothing = await store.record(connection, [])
    told = reproduction(whole)
    assert (record.rate, record.inconclusive, record.attempts) == (told.rate, told.inconclusive, 6)
    assert record.tried_by == told.tried_by == ("ana@bench", "luis@bench")
    assert [(one.run_id, one.attempts, one.told, one.seen) for one in record.tallies] == [
        (other, 2, 1, 0), (RUN, 4, 3, 2),
    ]  # fmt: skip
    first = record.tallies[1]
    assert (first.first_at, first.last_at) == (offers[0].started_at, offers[3].finished_at)
    assert (first.incident_id, first.planned, first.bench) == (case.id, 20, "ssh:printer-bench")
    assert [one.id for one in run] == [one.id for one in offers[:4]]
    assert page == whole[1:3]
    assert (nothing.tallies, nothing.rate.tried) == ((), 0)

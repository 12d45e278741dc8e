"""A lab enrols with one pasted line and hands its journal in, once, to a real controller over mutual TLS."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import grpc
import pytest

from controller.core.chance import SeededChance
from controller.core.clock import SystemClock
from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.fleet import store as machines
from controller.fleet.identity import recovery
from controller.fleet.identity import store as certificates
from controller.fleet.identity.authority import request_key
from controller.fleet.machine import MachineRole
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.reproductions import store
from controller.storage import Storage
from evidence.transcript import transcript_from_asciicast
from lab import clock as lab_clock
from lab import link
from lab.attempt import Attempt, File, Verdict
from lab.chance import SystemChance
from lab.disk import OsDisk
from lab.errors import HandInRefused, LinkBroken, NotEnrolled
from lab.handing_in import Pushed, push, usable
from lab.identity import Identity, IdentityStore, purpose_of
from lab.journal import Journal
from lab.keys import root_from_line
from lab.processes import Ended
from lab.wire import Parcel, Receipt
from tests.support.lab_bench import Lab, Scripted, ScriptedBench, recipe
from tests.support.simulated_agent import SimulatedAgent
from tests.support.stations import Station, running_station
from tests.support.stores import BACKENDS, fresh_storage

TOSS = 'case = "INC-1"\nrepeats = 3\n[[steps]]\nrun = ["coin"]\n[oracle]\nkind = "exit_status"\nequals = 1\n'


@pytest.fixture(params=BACKENDS)
async def station(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Station]:
    """With one incident, INC-1."""
    async with (
        fresh_storage(request.param, tmp_path, SystemClock(), SeededChance(7)) as storage,
        running_station(storage, tmp_path) as made,
    ):
        await open_incident(storage, made.customer_id, 1)
        yield made


async def open_incident(storage: Storage, customer_id: UUID, number: int) -> None:
    async with storage.unit() as unit:
        now = unit.now - timedelta(hours=1)
        case = Incident(
            unit.chance.uuid(), number, customer_id, None, None, Severity.HIGH, CaseState.OPEN, 1, "", "", {},
            "the printer forgets", now, now, None, None, None, 0, now,
        )  # fmt: skip
        await incidents.add(unit.connection, case)


async def line_of(station: Station, role: MachineRole = MachineRole.LAB) -> str:
    async with station.storage.unit() as unit:
        return await fleet.issue_token(unit, station.authority, station.customer_id, role=role)


async def enrolled(station: Station, folder: Path, role: MachineRole = MachineRole.LAB) -> Identity:
    """As the command does it."""
    token = await line_of(station, role)
    root_pem = root_from_line(station.authority.root_text)
    held = IdentityStore(OsDisk(), folder)
    pending = held.request(purpose_of(token))
    given = await asyncio.to_thread(
        link.enrol, station.enrolment, root_pem, token, pending.csr_der, "ana-bench", "0"
    )
    return held.save(
        pending, given.certificate_der, given.lab_id, given.endpoint, root_pem, station.enrolment
    )


def tried(folder: Path) -> Journal:
    """Three attempts: reproduced, not reproduced, reproduced."""
    lab = Lab(folder)
    lab.chance = SystemChance()  # type: ignore[assignment]
    heads, tails = Scripted(Ended(1), b"heads\n"), Scripted(Ended(0), b"tails\n")
    lab.run(recipe(TOSS), ScriptedBench(lab.clock, coin=[heads, tails, heads]))
    return lab.journal


async def pushed(journal: Journal, identity: Identity) -> Pushed:
    return await asyncio.to_thread(push, journal, identity, journal.read().waiting(), link.hand_in)


async def attempts_of(station: Station, number: int = 1) -> tuple[object, ...]:
    async with station.storage.reading() as connection:
        case = await incidents.incident_numbered(connection, number)
        assert case is not None
        return await store.attempts(connection, case.id)


async def test_a_journal_is_handed_in_once_with_its_files(station: Station, tmp_path: Path) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    done = await pushed(journal, identity)
    assert [receipt.case for receipt in done.receipts] == ["INC-1"] * 3
    assert journal.read().waiting() == []
    assert (await pushed(journal, identity)).receipts == ()
    async with station.storage.reading() as connection:
        case = await incidents.incident_numbered(connection, 1)
        assert case is not None
        kept = await store.attempts(connection, case.id)
        (lab,) = await machines.labs(connection)
        entries = await incidents.timeline(connection, case.id)
    assert [one.verdict.value for one in kept] == ["reproduced", "not_reproduced", "reproduced"]
    assert {one.lab_id for one in kept} == {lab.id} and lab.name == "ana-bench"
    transcript = kept[0].file("transcript.cast")
    assert transcript is not None
    text = transcript_from_asciicast(await station.blobs.get(transcript.sha256)).text
    assert "heads" in text
    assert [entry.facts["attempts"] for entry in entries] == ["3"]


async def test_a_lost_answer_is_asked_for_again_and_nothing_is_doubled(
    station: Station, tmp_path: Path
) -> None:
    """The controller has committed, the lab has not heard so: it hands in the same again."""
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")

    def deaf(identity: Identity, parcels: Sequence[Parcel]) -> list[Receipt]:
        link.hand_in(identity, parcels)
        raise LinkBroken("the answer was lost")

    with pytest.raises(LinkBroken):
        await asyncio.to_thread(push, journal, identity, journal.read().waiting(), deaf)
    assert len(journal.read().waiting()) == 3
    done = await pushed(journal, identity)
    assert [receipt.case for receipt in done.receipts] == ["INC-1"] * 3
    assert len(await attempts_of(station)) == 3


async def test_two_that_hand_in_the_same_at_once_make_one(station: Station, tmp_path: Path) -> None:
    """An impatient engineer in two windows."""
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    both = await asyncio.gather(pushed(journal, identity), pushed(journal, identity))
    assert [[receipt.case for receipt in done.receipts] for done in both] == [["INC-1"] * 3] * 2
    assert len(await attempts_of(station)) == 3
    async with station.storage.reading() as connection:
        case = await incidents.incident_numbered(connection, 1)
        assert case is not None
        entries = await incidents.timeline(connection, case.id)
    assert sum(int(entry.facts["attempts"]) for entry in entries) == 3


async def test_an_unknown_incident_is_refused_by_name_and_kept_here(station: Station, tmp_path: Path) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    for attempt in journal.read().waiting()[:1]:
        journal.assign(attempt.id, "INC-77")
    done = await pushed(journal, identity)
    assert "INC-77" in done.receipts[0].reason and not done.receipts[1].reason
    record = journal.read()
    assert len(record.waiting()) == 1 and "case" in next(iter(record.refused.values()))
    await open_incident(station.storage, station.customer_id, 77)
    assert [receipt.case for receipt in (await pushed(journal, identity)).receipts] == ["INC-77"]


async def test_what_names_no_case_stays(station: Station, tmp_path: Path) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    first = journal.read().waiting()[0]
    journal.assign(first.id, "")
    done = await pushed(journal, identity)
    assert [one.id for one in done.without_case] == [first.id] and len(done.receipts) == 2


async def test_a_large_file_travels_in_chunks(station: Station, tmp_path: Path) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    data = bytes(range(256)) * 4 * 3_000
    attempt = replace(
        journal.read().waiting()[0],
        id="3f0c1b86-6d0e-4c53-9c9a-4a0c6a8d2f11",
        files=(File("capture.bin", journal.keep(data), len(data)),),
    )
    journal.add(attempt)
    await pushed(journal, identity)
    async with station.storage.reading() as connection:
        kept = await store.attempt(connection, UUID(attempt.id))
    assert kept is not None
    assert await station.blobs.get(kept.files[0].sha256) == data


def altered(attempt: Attempt, name: str) -> Attempt:
    """An attempt that a lab of ours would not send."""
    file = attempt.files[0]
    match name:
        case "sha256":
            return replace(attempt, files=(replace(file, sha256="00" * 32),))
        case "size":
            return replace(attempt, files=(replace(file, size_bytes=file.size_bytes + 1),))
        case "huge":
            return replace(attempt, files=(replace(file, size_bytes=5 * 1024 * 1024),))
        case _:
            return replace(attempt, id="not a uuid")


@pytest.mark.parametrize(
    ("name", "field"),
    [("sha256", "files.sha256"), ("size", "chunk"), ("huge", "files"), ("id", "attempt_id")],
)
async def test_a_call_that_lies_is_refused_by_field(
    station: Station, tmp_path: Path, name: str, field: str
) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    first = journal.read().waiting()[0]
    first = replace(first, files=first.files[:1])
    parcel = Parcel(altered(first, name), lambda _: journal.kept(first.files[0].sha256))
    with pytest.raises(HandInRefused, match=field):
        await asyncio.to_thread(link.hand_in, identity, [parcel])
    assert await attempts_of(station) == ()


async def test_more_than_a_call_may_hold_is_told_with_the_limit(station: Station, tmp_path: Path) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    bare = replace(journal.read().waiting()[0], files=())
    with pytest.raises(LinkBroken, match="at most 100 attempts"):
        await asyncio.to_thread(link.hand_in, identity, [Parcel(bare, journal.kept)] * 101)


async def test_a_machine_hands_in_nothing(station: Station, tmp_path: Path) -> None:
    """A customer's agent is enrolled on the same port; what it may do is another thing."""
    journal = tried(tmp_path / "lab")
    identity = await enrolled(station, tmp_path / "agent", MachineRole.SERVER)
    with pytest.raises(HandInRefused, match="its role is server"):
        await pushed(journal, identity)


async def test_a_lab_reports_no_health(station: Station) -> None:
    agent = SimulatedAgent(station.authority.root_pem, "ana-bench", station.storage.clock.now)
    await agent.enrol(station.enrolment, await line_of(station))
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await agent.connect()
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_banned_lab_is_told_so(station: Station, tmp_path: Path) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    async with station.storage.unit() as unit:
        await fleet.ban(unit, UUID(identity.lab_id), "left the company")
    with pytest.raises(HandInRefused, match="banned"):
        await pushed(journal, identity)


async def test_a_used_token_opens_nothing_more(station: Station, tmp_path: Path) -> None:
    token = await line_of(station)
    root_pem = root_from_line(station.authority.root_text)
    for folder, good in (("one", True), ("two", False)):
        pending = IdentityStore(OsDisk(), tmp_path / folder).request(purpose_of(token))
        call = asyncio.to_thread(link.enrol, station.enrolment, root_pem, token, pending.csr_der, "b", "0")
        if good:
            # Twice: the first answer may have been lost.
            first = await call
            again = await asyncio.to_thread(
                link.enrol, station.enrolment, root_pem, token, pending.csr_der, "b", "0"
            )
            assert again == first
        else:
            with pytest.raises(HandInRefused, match="opens nothing"):
                await call


async def test_a_certificate_is_renewed_at_half_its_life(station: Station, tmp_path: Path) -> None:
    held = IdentityStore(OsDisk(), tmp_path / "lab")
    identity = await enrolled(station, tmp_path / "lab")
    clock = Later(identity)
    renewed = await asyncio.to_thread(usable, held, clock, link)
    assert renewed.certificate_pem != identity.certificate_pem and renewed.lab_id == identity.lab_id
    await pushed(tried(tmp_path / "lab"), renewed)
    # A clock that is wrong is no reason to stop: the controller says that the certificate is good.
    clock.identity, clock.share = renewed, 40.0
    assert await asyncio.to_thread(usable, held, clock, link) == renewed


async def test_a_bench_that_stood_still_for_weeks_comes_back_by_itself(
    station: Station, tmp_path: Path
) -> None:
    """And after a year with a word from the controller, which its message names."""
    folder = tmp_path / "lab"
    held, identity = IdentityStore(OsDisk(), folder), await enrolled(station, folder)
    clock = lab_clock.SystemClock()
    for weeks in (5, 52):
        pending = held.request(f"away {weeks}")
        then = station.storage.clock.now() - timedelta(weeks=weeks)
        leaf = station.authority.leaf(UUID(identity.lab_id), request_key(pending.csr_der), then)
        async with station.storage.unit() as unit:
            await unit.connection.execute(certificates.certificates_table.delete())
            await certificates.add_certificate(unit.connection, UUID(identity.lab_id), leaf, then)
        aged = held.save(
            pending, leaf.certificate_der, identity.lab_id, identity.endpoint, identity.root_pem,
            station.enrolment,
        )  # fmt: skip
        if weeks > 13:
            with pytest.raises(NotEnrolled, match="vigia machines readmit"):
                await asyncio.to_thread(usable, held, clock, link)
            async with station.storage.unit() as unit:
                await recovery.readmit(unit, UUID(identity.lab_id))
        back = await asyncio.to_thread(usable, held, clock, link)
        assert back.key_pem != aged.key_pem
        await pushed(tried(folder / str(weeks)), back)


class Later(lab_clock.SystemClock):
    """A clock that stands at a share of an identity's life."""

    def __init__(self, identity: Identity) -> None:
        self.identity, self.share = identity, 0.6

    def now(self):  # type: ignore[no-untyped-def]
        return self.identity.not_before + (self.identity.not_after - self.identity.not_before) * self.share


async def test_nobody_listens(tmp_path: Path, station: Station) -> None:
    journal, identity = tried(tmp_path / "lab"), await enrolled(station, tmp_path / "lab")
    with pytest.raises(LinkBroken, match="could not be reached"):
        await pushed(journal, replace(identity, endpoint="127.0.0.1:9"))
    assert len(journal.read().waiting()) == 3


def test_verdicts_and_origins_are_all_known_to_the_wire() -> None:
    from lab import wire

    assert set(wire._VERDICTS) == set(Verdict)

"""An identity for life: a real agent's link and a real controller, over absences, wrong clocks, new roots."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from agent.config import Config
from agent.doctor import Check, Doctor
from agent.identity import Offered, trusting
from agent.recovery import clock_hint_s
from agent.renewal import SPREAD
from controller.core.chance import SeededChance
from controller.core.clock import SystemClock
from controller.core.disk import OsDisk
from controller.fleet import store as machines
from controller.fleet.identity import recovery, roots, rotation
from controller.fleet.identity.roots import SETTLE
from controller.storage import Storage
from tests.support.absentee import Absentee
from tests.support.stations import Station, running_station
from tests.support.stores import fresh_storage

DAY = timedelta(days=1)


class MovedClock(SystemClock):
    """The true time, and as much later as the test says."""

    later = timedelta()

    def now(self) -> datetime:
        return super().now() + self.later


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with fresh_storage("sqlite", tmp_path, MovedClock(), SeededChance(7)) as made:
        yield made


@pytest.fixture
async def station(storage: Storage, tmp_path: Path) -> AsyncIterator[Station]:
    async with running_station(storage, tmp_path) as made:
        yield made


@pytest.fixture
async def agent(station: Station, tmp_path: Path) -> Absentee:
    made = Absentee(tmp_path / "agent")
    await made.enrol(station)
    return made


async def until(holds: Callable[[], bool], what: str = "") -> None:
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.025)
    raise AssertionError(what or "not seen in 10 s")


def look(agent: Absentee, language: str = "en") -> dict[str, Check]:
    # The way there is other tests' matter.
    nowhere = Config(data=agent.folder, controller="127.0.0.1:9")
    doctor = Doctor(nowhere, {}, agent.clock, language)
    return {check.name: check for check in doctor.checks()}


async def kinds(station: Station, agent: Absentee) -> list[str]:
    async with station.storage.reading() as connection:
        found = (await machines.machines(connection))[0]
        return [event.kind for event in await machines.history(connection, found.id)]


async def test_after_a_month_in_a_drawer_it_comes_back_by_itself(station: Station, agent: Absentee) -> None:
    await agent.sleep_for(station, 30 * DAY)
    before = agent.identity
    async with agent.running():
        await until(lambda: bool(agent.welcomes), "it came back")
    assert agent.identity.key_pem != before.key_pem
    assert "recovered" in await kinds(station, agent)
    said = look(agent)["recovery"]
    assert said.good and "came back by itself" in said.said


async def test_after_half_a_year_it_says_whom_to_ask_and_comes_once_it_may(
    station: Station, agent: Absentee
) -> None:
    await agent.sleep_for(station, 180 * DAY)
    async with agent.running():
        await until(lambda: agent.attempts.read() is not None)
    for language, word in (("en", "too long ago"), ("es", "hace demasiado")):
        said = look(agent, language)["recovery"]
        assert said.good is False
        assert word in said.said and "vigia machines readmit" in said.said
    async with station.storage.unit() as unit:
        found = (await machines.machines(unit.connection))[0]
        await recovery.readmit(unit, found.id)
    async with agent.running():
        await until(lambda: bool(agent.welcomes))


@pytest.mark.parametrize("off", [365 * DAY, -365 * DAY])
async def test_with_a_clock_that_is_wrong_by_a_year_it_connects_and_is_told(
    station: Station, tmp_path: Path, off: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    """Its certificate has expired or is not yet good by its own clock; only the controller's counts. It does
    not renew at every look either."""
    agent = Absentee(tmp_path / "agent", off)
    await agent.enrol(station)
    before = agent.identity
    async with agent.running() as renewal:
        await until(lambda: bool(agent.welcomes))
        assert abs(renewal.now() - datetime.now(UTC)) < timedelta(minutes=1)
        await renewal.look()
    assert agent.identity.certificate_pem == before.certificate_pem
    assert "this clock is about 365 days" in caplog.text
    said = look(agent)
    assert said["certificate"].good and "by the controller's time" in said["certificate"].said
    assert said["clock"].good is False
    assert f"365 days {'ahead of' if off > DAY else 'behind'} the controller's" in said["clock"].said


async def test_an_expired_one_whose_clock_stands_still_a_year_ago(station: Station, tmp_path: Path) -> None:
    """By its own clock all is well; the link fails without a word. The controller's clock says why."""
    agent = Absentee(tmp_path / "agent", -30 * DAY)
    await agent.enrol(station)
    await agent.sleep_for(station, 30 * DAY)
    async with agent.running():
        await until(lambda: bool(agent.welcomes))
    said = look(agent)
    assert said["clock"].good is False and "30 days behind" in said["clock"].said


async def test_a_clock_before_the_authority_was_made_is_named(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roots of older installations are not good before the day they were made: no TLS comes about, and only
    the date in the controller's certificate says why."""
    monkeypatch.setattr(roots, "FROM_EVER", datetime.now(UTC) + timedelta(hours=-1))
    async with running_station(storage, tmp_path) as station:
        agent = Absentee(tmp_path / "agent")
        await agent.enrol(station)
        agent.clock.off = -365 * DAY
        hint_s = await clock_hint_s(station.enrolment, agent.identity, agent.clock, None)
        assert hint_s is not None and abs(hint_s + 365 * 86_400) < 86_400
        agent.clock.off = timedelta()
        assert await clock_hint_s(station.enrolment, agent.identity, agent.clock, None) is None


async def test_the_authority_changes_its_root_under_a_connected_agent(
    station: Station, agent: Absentee, tmp_path: Path
) -> None:
    """One is connected and follows by itself; another is away from before the change until after its end, and
    recovers over the old root's word for the new."""
    away = Absentee(tmp_path / "away")
    await away.enrol(station)
    clock = station.storage.clock
    assert isinstance(clock, MovedClock)
    old = x509.load_pem_x509_certificate(agent.identity.root_pem.encode())
    async with agent.running() as renewal:
        await until(lambda: bool(agent.welcomes))
        async with station.storage.unit() as unit:
            await rotation.begin(unit, station.authority)
        await until(lambda: len(agent.identity.root_sha256) == 2, "it heard of the new root on its stream")
        clock.later = SETTLE
        await until(lambda: station.authority.roots[0].certificate != old, "the new root signs")
        await until(lambda: agent.identity.renew_at < datetime.now(UTC) + SPREAD + SETTLE)
        agent.clock.off = SPREAD  # as after the hour over which a fleet spreads
        async with asyncio.timeout(60):
            while True:
                # By its own loop, as ever: two at once would be a machine and its copy.
                renewal._there = None
                renewal._wake.set()
                async with station.storage.reading() as connection:
                    found = await rotation.progress(connection, station.authority)
                if len(found.laggards) == 1:
                    break
                await asyncio.sleep(0.2)
        async with station.storage.unit() as unit:
            await rotation.finish(unit, station.authority, force=True)
        await until(lambda: len(agent.identity.root_sha256) == 1, "the old root is forgotten there too")
    assert agent.identity.root_pem.encode() == station.authority.root_pem
    async with away.running():
        await until(lambda: bool(away.welcomes), "left behind, it recovers")
    assert away.identity.root_pem.encode() == station.authority.root_pem
    key_files = sorted(path.name for path in (tmp_path / "authority").glob("*.key"))
    assert "root.key" not in key_files and len(key_files) == 2


async def test_a_root_that_nobody_vouches_for_is_not_believed(station: Station, agent: Absentee) -> None:
    """Whoever got hold of the stream but not of the old root's key gains nothing."""
    key = ec.generate_private_key(ec.SECP256R1())
    false = roots.self_signed(key, SeededChance(3), datetime.now(UTC))
    der = roots.Root(false, key).der
    kept, _ = await trusting(agent.identity, Offered((der,), (der,)))
    assert kept == agent.identity
    true = station.authority.roots[0].der
    kept, is_current = await trusting(agent.identity, Offered((true, der), ()))
    assert kept == agent.identity and is_current
    assert OsDisk().exists(agent.folder / "identity.json")

"""The authority's root is changed under a running fleet, by several processes, with crashes in between."""

import shutil
import stat
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from controller.core.disk import OsDisk
from controller.core.errors import Conflict
from controller.fleet import actions as fleet
from controller.fleet.actions import Enrolled, EnrolmentRequest
from controller.fleet.identity import rotation, store
from controller.fleet.identity.authority import Authority, Peer, read_peer
from controller.fleet.identity.roots import SETTLE
from tests.controller.fleet.conftest import Office
from tests.support.clocks import JumpingClock
from tests.support.simulated_agent import pem, signing_request


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def opened(office: Office, folder: Path) -> Authority:
    """Another process, or the same after a crash: what is in memory is gone."""
    return Authority.open(folder, OsDisk(), office.storage.chance, office.storage.clock.now())


async def enrolled(office: Office, name: str) -> Peer:
    async with office.storage.unit() as unit:
        token = await fleet.issue_token(unit, office.authority, office.customer.id)
        request = EnrolmentRequest(token, signing_request(key()), name, "0", "test")
        given = await fleet.enrol(unit, office.authority, request)
    assert isinstance(given, Enrolled)
    return await used(office, given.certificate_der)


async def used(office: Office, certificate_der: bytes) -> Peer:
    peer = read_peer(pem(certificate_der))
    assert peer is not None
    async with office.storage.unit() as unit:
        assert await fleet.recognise(unit, peer) is None
    return peer


async def renewed(office: Office, peer: Peer, trusted: tuple[str, ...]) -> bytes:
    async with office.storage.unit() as unit:
        return await fleet.renew(unit, office.authority, peer, signing_request(key()), trusted)


def is_of(certificate_der: bytes, root_der: bytes) -> bool:
    leaf, root = x509.load_der_x509_certificate(certificate_der), x509.load_der_x509_certificate(root_der)
    try:
        leaf.verify_directly_issued_by(root)
    except Exception:
        return False
    return True


async def begun(office: Office) -> None:
    async with office.storage.unit() as unit:
        await rotation.begin(unit, office.authority)


async def test_from_the_old_root_to_the_new_one(office: Office, clock: JumpingClock, tmp_path: Path) -> None:
    """Both are trusted, then the new one signs for who knows it, then the old one goes with its key."""
    folder = tmp_path
    caja, vieja = await enrolled(office, "caja"), await enrolled(office, "vieja")
    old = office.authority.roots[0]
    await begun(office)
    with pytest.raises(Conflict, match="is not finished"):
        await begun(office)
    assert await rotation.follow(office.storage, office.authority)
    assert office.authority.roots[0].sha256 == old.sha256
    assert office.authority.roots_pem.count(b"BEGIN CERT") == 2, "trusted before anything is signed with it"
    with pytest.raises(Conflict, match="signs from"):
        async with office.storage.unit() as unit:
            await rotation.finish(unit, office.authority)
    await clock.jump(SETTLE)
    assert await rotation.follow(office.storage, office.authority)
    new = office.authority.roots[0]
    assert new.sha256 != old.sha256
    assert stat.S_IMODE((folder / f"root-{new.sha256[:16]}.key").stat().st_mode) == 0o600

    # One that knows the new root gets a certificate of it; one that says nothing gets what it can check.
    assert is_of(await renewed(office, vieja, ()), old.der)
    await used(office, await renewed(office, caja, (old.sha256, new.sha256)))
    async with office.storage.reading() as connection:
        found = await rotation.progress(connection, office.authority)
    assert (found.machines, [one.name for one in found.laggards]) == (2, ["vieja"])
    with pytest.raises(Conflict, match="1 of 2 machines do not use the new root yet: vieja"):
        async with office.storage.unit() as unit:
            await rotation.finish(unit, office.authority)
    async with office.storage.unit() as unit:
        await rotation.finish(unit, office.authority, force=True)
    assert await rotation.follow(office.storage, office.authority)
    assert [root.sha256 for root in office.authority.roots] == [new.sha256]
    assert not (folder / "root.key").exists()
    again = opened(office, folder)
    assert again.root_text == office.authority.root_text
    with pytest.raises(Conflict, match="vigia authority rotate"):
        async with office.storage.unit() as unit:
            await rotation.finish(unit, office.authority)


async def test_who_pastes_an_older_line_gets_a_certificate_that_it_can_check(
    office: Office, clock: JumpingClock
) -> None:
    token, old = await office.token(), office.authority.roots[0]
    await begun(office)
    await clock.jump(SETTLE)
    await rotation.follow(office.storage, office.authority)
    later = await office.token()
    for text, root in ((token, old), (later, office.authority.roots[0])):
        async with office.storage.unit() as unit:
            request = EnrolmentRequest(text, signing_request(key()), "caja", "0", "test")
            given = await fleet.enrol(unit, office.authority, request)
        assert isinstance(given, Enrolled)
        assert is_of(given.certificate_der, root.der)


async def test_processes_on_one_database_learn_of_it_and_a_crash_between_the_steps_loses_nothing(
    office: Office, clock: JumpingClock, tmp_path: Path
) -> None:
    """Two with copies of the folder. After each step both are begun anew from what is on disk."""
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
        for name in ("root.key", "root.der", "tokens.key"):
            shutil.copy2(tmp_path / name, folder / name)

    async def both() -> list[Authority]:
        made = [opened(office, folder) for folder in folders]
        for one in made:
            await rotation.follow(office.storage, one)
        return made

    one, two = await both()
    async with office.storage.unit() as unit:
        row = await rotation.begin(unit, one)
    assert row.sealed_key is not None and b"PRIVATE" not in row.sealed_key
    # `one` dies before it wrote the new key anywhere.
    one, two = await both()
    assert [root.sha256 for root in one.roots] == [root.sha256 for root in two.roots]
    await clock.jump(SETTLE)
    one, two = await both()
    assert one.roots[0].sha256 == two.roots[0].sha256 == row.sha256
    agent = UUID(int=5)
    assert is_of(one.leaf(agent, key().public_key(), clock.now()).certificate_der, two.roots[0].der)
    async with office.storage.unit() as unit:
        await rotation.finish(unit, two)
    one, two = await both()
    assert [len(each.roots) for each in (one, two)] == [1, 1]
    async with office.storage.reading() as connection:
        assert [each.sealed_key for each in await store.successions(connection)] == [None]
    # One that was off all the while cannot sign, and says what it needs.
    with pytest.raises(Conflict, match="copy that folder from a controller on the same database"):
        await rotation.follow(office.storage, opened(office, tmp_path))


async def test_a_database_from_before_the_change_is_told_of_it_by_the_folder(
    office: Office, clock: JumpingClock, tmp_path: Path
) -> None:
    await begun(office)
    await clock.jump(SETTLE)
    await rotation.follow(office.storage, office.authority)
    kept = office.authority.roots[0].sha256
    async with office.storage.unit() as unit:
        await unit.connection.execute(store.roots_table.delete())
    again = opened(office, tmp_path)
    assert again.roots[0].sha256 == kept
    await rotation.follow(office.storage, again)
    async with office.storage.reading() as connection:
        assert [row.sha256 for row in await store.successions(connection)] == [kept]


async def test_twice_in_its_life(office: Office, clock: JumpingClock) -> None:
    """Each root vouches for the next: who knows the first alone can still be led to the third."""
    for _ in range(2):
        await begun(office)
        await clock.jump(SETTLE + timedelta(seconds=1))
        await rotation.follow(office.storage, office.authority)
        async with office.storage.unit() as unit:
            await rotation.finish(unit, office.authority)
        await rotation.follow(office.storage, office.authority)
    crosses = [x509.load_der_x509_certificate(der) for der in office.authority.crosses]
    assert len(crosses) == 2
    crosses[0].verify_directly_issued_by(office.authority.rows[0].root)

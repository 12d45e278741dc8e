"""Tokens and certificates: one use, one public answer, a repeat after a lost reply (trust.md "Identity")."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from controller.audit import store as audit
from controller.core.chance import SeededChance
from controller.core.disk import OsDisk
from controller.core.errors import Invalid, TooMuch
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.actions import Enrolled, EnrolmentRequest
from controller.fleet.identity.authority import LEAF_LIFE, Authority, Peer, read_peer, request_key
from controller.fleet.identity.enrolment import Outcome
from tests.controller.fleet.conftest import Office
from tests.support.clocks import NOON, JumpingClock
from tests.support.simulated_agent import pem, signing_request


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


async def enrol(
    office: Office, token: str, with_key: ec.EllipticCurvePrivateKey, host: str = "caja-1"
) -> Enrolled | Outcome:
    request = EnrolmentRequest(token, signing_request(with_key, "evil=1"), host, "0", "ipv4:192.0.2.1:5")
    async with office.storage.unit() as unit:
        return await fleet.enrol(unit, office.authority, request)


async def acts(office: Office) -> list[str]:
    async with office.storage.reading() as connection:
        return [act.act async for act in audit.all_acts(connection)]


async def test_a_token_makes_one_machine_with_one_certificate(office: Office) -> None:
    """Names in the request are ignored: the leaf says the agent's id, for clients only, for 7 days."""
    enrolled = await enrol(office, await office.token(), key())
    assert isinstance(enrolled, Enrolled)
    leaf = x509.load_der_x509_certificate(enrolled.certificate_der)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [
        f"urn:vigia:agent:{enrolled.agent_id}"
    ]
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert leaf.not_valid_after_utc == NOON + LEAF_LIFE
    assert "evil" not in leaf.subject.rfc4514_string()
    peer = read_peer(pem(enrolled.certificate_der))
    assert peer is not None
    assert peer.agent_id == enrolled.agent_id


async def test_the_same_request_again_gets_the_same_answer_for_15_minutes(
    office: Office, clock: JumpingClock
) -> None:
    token, mine = await office.token(), key()
    first = await enrol(office, token, mine)
    await clock.jump(timedelta(minutes=15))
    assert await enrol(office, token, mine) == first
    await clock.jump(timedelta(seconds=1))
    assert await enrol(office, token, mine) is Outcome.USED
    async with office.storage.reading() as connection:
        assert len(await store.machines(connection)) == 1


async def test_a_used_token_with_another_key_is_a_security_incident(office: Office) -> None:
    token = await office.token()
    await enrol(office, token, key())
    assert await enrol(office, token, key()) is Outcome.OTHER_KEY
    assert (await acts(office))[-1] == "security.token_reused"


async def test_unknown_and_expired_tokens_are_told_apart_in_the_audit_only(
    office: Office, clock: JumpingClock
) -> None:
    token = await office.token()
    assert await enrol(office, "no such token", key()) is Outcome.UNKNOWN
    await clock.jump(timedelta(hours=24))
    assert await enrol(office, token, key()) is Outcome.EXPIRED
    async with office.storage.reading() as connection:
        reasons = [act.facts.get("reason") async for act in audit.all_acts(connection)]
    assert reasons[-2:] == ["unknown token", "expired token"]


async def test_two_machines_of_one_name_get_two_names(office: Office) -> None:
    """What people type to name a machine must mean one machine."""
    for _ in range(3):
        await office.machine("local\x1bhost")
    async with office.storage.reading() as connection:
        names = [machine.name for machine in await store.machines(connection)]
    assert names == ["local?host", "local?host-2", "local?host-3"]


async def test_a_renewal_needs_a_new_key_and_can_be_repeated(office: Office) -> None:
    mine = key()
    enrolled = await enrol(office, await office.token(), mine)
    assert isinstance(enrolled, Enrolled)
    peer = read_peer(pem(enrolled.certificate_der))
    assert isinstance(peer, Peer)
    async with office.storage.unit() as unit:
        with pytest.raises(Invalid, match="new key"):
            await fleet.renew(unit, office.authority, peer, signing_request(mine))
    request = signing_request(key())
    async with office.storage.unit() as unit:
        first = await fleet.renew(unit, office.authority, peer, request)
    async with office.storage.unit() as unit:
        assert await fleet.renew(unit, office.authority, peer, request) == first
    async with office.storage.unit() as unit:
        with pytest.raises(TooMuch):
            for _ in range(10):
                await fleet.renew(unit, office.authority, peer, signing_request(key()))


def test_only_a_request_with_a_p_256_key_is_taken() -> None:
    for other in (
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65_537, 2_048),
        ed25519.Ed25519PrivateKey.generate(),
    ):
        name = x509.Name([])
        algorithm = None if isinstance(other, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(other, algorithm)
        with pytest.raises(Invalid, match="ECDSA P-256"):
            request_key(made.public_bytes(serialization.Encoding.DER))
    forged = bytearray(signing_request(key()))
    forged[-1] ^= 1
    for bad in (b"", b"\x30\x80" * 50, bytes(forged), b"x" * 5_000):
        with pytest.raises(Invalid, match="csr_der"):
            request_key(bad)


def test_the_authority_stays_the_same_and_its_keys_private(tmp_path: Path) -> None:
    """Opened again it is the same one; a crash between key and root leaves nothing that cannot be opened."""
    chance = SeededChance(1)
    first = Authority.open(tmp_path, OsDisk(), chance, NOON)
    again = Authority.open(tmp_path, OsDisk(), chance, NOON + timedelta(days=1))
    assert again.root_text == first.root_text
    assert again.token_digest("t") == first.token_digest("t")
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {
        "root.key": "0o600",
        "tokens.key": "0o600",
        "root.der": "0o644",
    }
    assert len(first.root_text) < 700
    (tmp_path / "root.der").unlink()
    Authority.open(tmp_path, OsDisk(), chance, NOON)

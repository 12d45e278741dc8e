"""A root, its successor, and how the one vouches for the other.

All roots bear one name. A successor's key in a certificate by its predecessor is therefore self-issued (RFC
5280 6.1), which a root's path length of 0 allows: whoever trusts the old root alone still finds the way to a
server that shows a certificate of the new one.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID

from controller.core.chance import Chance
from controller.core.errors import Invalid

ROOT_LIFE = timedelta(days=3_650)
# A clock without a battery begins in 1970: such a machine shall connect, and be told what time it is.
FROM_EVER = datetime(1970, 1, 1, tzinfo=UTC)
# Every process that serves the same database looks for a new root each few seconds; none signs with it before
# all have had the time to trust it.
SETTLE = timedelta(seconds=60)
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vigia root")])
_SEALED_FOR = b"vigia successor 1"
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Succession:
    """A row: one root after another. `cross_der`: the new one's key, signed by the one before it.

    `sealed_key` opens with the key of the one before it, so that processes which share the database learn of
    the new key, and who reads the database alone does not; it is gone once the old root is dropped at
    `finished_at`. From `signs_at` on the new one signs. `sha256` is of `root_der`, in hex.
    """

    sha256: str
    root_der: bytes
    cross_der: bytes
    sealed_key: bytes | None
    made_at: datetime
    signs_at: datetime
    finished_at: datetime | None

    @property
    def root(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.root_der)


@dataclass(frozen=True, slots=True)
class Root:
    """A root in force. `key` is None where this process must not sign with it any more."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | None

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def sha256(self) -> str:
        return sha256(self.der).hexdigest()


def self_signed(key: ec.EllipticCurvePrivateKey, chance: Chance, now: datetime) -> x509.Certificate:
    return _certificate(key.public_key(), key, chance, FROM_EVER, now + ROOT_LIFE)


def succeed(
    old: Root, chance: Chance, now: datetime, tokens_key: bytes
) -> tuple[Succession, ec.EllipticCurvePrivateKey]:
    """A new root that `old` vouches for, until `old` ends."""
    assert old.key is not None
    key = ec.generate_private_key(ec.SECP256R1())
    root = self_signed(key, chance, now)
    until = old.certificate.not_valid_after_utc
    cross = _certificate(key.public_key(), old.key, chance, old.certificate.not_valid_before_utc, until)
    der = root.public_bytes(serialization.Encoding.DER)
    nonce = chance.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(_sealing_key(old.key, tokens_key)).encrypt(nonce, key_pem(key), _SEALED_FOR)
    row = Succession(
        sha256(der).hexdigest(), der, cross.public_bytes(serialization.Encoding.DER), sealed,
        now, now + SETTLE, None,
    )  # fmt: skip
    return row, key


def unsealed(row: Succession, old: ec.EllipticCurvePrivateKey, tokens_key: bytes) -> bytes | None:
    """The new root's key (PEM); None when it cannot be opened with that key."""
    if row.sealed_key is None:
        return None
    nonce, sealed = row.sealed_key[:_NONCE_BYTES], row.sealed_key[_NONCE_BYTES:]
    try:
        return AESGCM(_sealing_key(old, tokens_key)).decrypt(nonce, sealed, _SEALED_FOR)
    except InvalidTag:
        return None


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def key_from(pem: bytes, name: str) -> ec.EllipticCurvePrivateKey:
    """Raises `Invalid` naming the file."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Invalid(name, "must hold an ECDSA P-256 key", "Restore it from your backup")
    return key


def as_text(rows: Iterable[Succession]) -> bytes:
    """For the file beside the keys: a folder alone is enough to go on, whatever became of the database."""
    return json.dumps([
        {
            "root": base64.b64encode(row.root_der).decode(),
            "cross": base64.b64encode(row.cross_der).decode(),
            "made_at": row.made_at.isoformat(),
            "signs_at": row.signs_at.isoformat(),
            "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        }
        for row in rows
    ]).encode()  # fmt: skip


def from_text(text: bytes, name: str) -> list[Succession]:
    """Raises `Invalid` naming the file."""
    try:
        return [
            Succession(
                sha256(der := base64.b64decode(one["root"])).hexdigest(), der,
                base64.b64decode(one["cross"]), None,
                datetime.fromisoformat(one["made_at"]), datetime.fromisoformat(one["signs_at"]),
                datetime.fromisoformat(one["finished_at"]) if one["finished_at"] else None,
            )
            for one in json.loads(text)
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(name, "cannot be read", "Restore it from your backup") from error


def merged(rows: Sequence[Succession], others: Sequence[Succession]) -> list[Succession]:
    """Both lists as one, in their order; what one of them knows as finished is finished."""
    found: dict[str, Succession] = {row.sha256: row for row in others}
    for row in rows:
        other = found.get(row.sha256)
        later = row if other is None or row.finished_at or not other.finished_at else other
        found[row.sha256] = later
    return sorted(found.values(), key=lambda row: row.made_at)


def serial(chance: Chance) -> int:
    """Positive and below 2^159, as RFC 5280 asks."""
    return (int.from_bytes(chance.token_bytes(20)) >> 1) | 1


def _sealing_key(old: ec.EllipticCurvePrivateKey, tokens_key: bytes) -> bytes:
    der = old.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return HKDF(hashes.SHA256(), 32, tokens_key, _SEALED_FOR).derive(der)


def _certificate(
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    chance: Chance,
    since: datetime,
    until: datetime,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key)
        .serial_number(serial(chance))
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )

"""The authority: our root, the servers' certificate, the agents' leaves. ECDSA P-256 throughout.

Made on first start in the data folder and kept there (`root.key` and `tokens.key` with mode 0600). Names in
a request are ignored: a leaf holds a URI SAN with the agent's id and may be used by clients only.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from controller.core.chance import Chance
from controller.core.disk import Disk
from controller.core.errors import Invalid

SERVER_NAME = "controller.vigia"
LEAF_LIFE = timedelta(days=7)
SERVER_LIFE = timedelta(days=90)
ROOT_LIFE = timedelta(days=3_650)
CSR_LIMIT_BYTES = 4_096
_AGENT_URN = "urn:vigia:agent:"
# Agents whose clock is somewhat behind must not find a certificate from the future.
_BACKDATED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate made for an agent. `serial` in hex; `key_sha256` is of the public key's DER, in hex."""

    serial: str
    certificate_der: bytes
    key_sha256: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """What the servers show, PEM."""

    key: bytes
    certificate: bytes
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Peer:
    """Who a verified client certificate says it is."""

    agent_id: UUID
    serial: str
    not_after: datetime


class Authority:
    """Signs. Opened once, by `app.py`, with `Authority.open`."""

    def __init__(
        self,
        root_key: ec.EllipticCurvePrivateKey,
        root: x509.Certificate,
        token_key: bytes,
        chance: Chance,
        hosts: Sequence[str] = (),
    ) -> None:
        self._key = root_key
        self._root = root
        self._token_key = token_key
        self._chance = chance
        self._hosts = tuple(hosts)

    @classmethod
    def open(
        cls, folder: Path, disk: Disk, chance: Chance, now: datetime, hosts: Sequence[str] = ()
    ) -> "Authority":
        """The authority kept in `folder`, made there on first use. `hosts`: names and addresses (besides
        `controller.vigia`) under which the servers can be reached."""
        key_path, root_path, token_path = (folder / n for n in ("root.key", "root.der", "tokens.key"))
        if not disk.exists(token_path):
            disk.write_durably(token_path, chance.token_bytes(32))
        if not disk.exists(key_path):
            made = ec.generate_private_key(ec.SECP256R1())
            disk.write_durably(
                key_path,
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
            )
        key = serialization.load_pem_private_key(disk.read(key_path), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Invalid(str(key_path), "must hold an ECDSA P-256 key", "Restore it from your backup")
        # The key is written first: a crash between the two leaves a key that its root is made for now.
        if not disk.exists(root_path):
            root = _self_signed(key, chance, now)
            disk.write_durably(root_path, root.public_bytes(serialization.Encoding.DER), mode=0o644)
        root = x509.load_der_x509_certificate(disk.read(root_path))
        return cls(key, root, disk.read(token_path), chance, hosts)

    @property
    def root_pem(self) -> bytes:
        return self._root.public_bytes(serialization.Encoding.PEM)

    @property
    def root_text(self) -> str:
        """The root as the pasted line carries it: DER, base64url without padding."""
        der = self._root.public_bytes(serialization.Encoding.DER)
        return urlsafe_b64encode(der).rstrip(b"=").decode()

    def token_digest(self, token: str) -> str:
        """A keyed hash: who reads the database cannot make or check tokens."""
        return hmac.new(self._token_key, token.encode(), sha256).hexdigest()

    def server_identity(self, now: datetime) -> ServerIdentity:
        """A new key and certificate for our ports, good for 90 days."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(SERVER_NAME)]
        names += [_general_name(host) for host in self._hosts if host != SERVER_NAME]
        certificate = (
            self._builder(key.public_key(), SERVER_NAME, now, SERVER_LIFE)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return ServerIdentity(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            certificate.public_bytes(serialization.Encoding.PEM) + self.root_pem,
            certificate.not_valid_after_utc,
        )

    def leaf(self, agent_id: UUID, key: ec.EllipticCurvePublicKey, now: datetime) -> Leaf:
        """A certificate for the agent's key, good for 7 days."""
        certificate = (
            self._builder(key, str(agent_id), now, LEAF_LIFE)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"{_AGENT_URN}{agent_id}")]),
                critical=False,
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return Leaf(
            format(certificate.serial_number, "x"),
            certificate.public_bytes(serialization.Encoding.DER),
            key_digest(key),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )

    def _builder(
        self, key: ec.EllipticCurvePublicKey, common_name: str, now: datetime, life: timedelta
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(self._root.subject)
            .public_key(key)
            .serial_number(_serial(self._chance))
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(now + life)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )


def request_key(csr_der: bytes) -> ec.EllipticCurvePublicKey:
    """The key of a signing request; nothing else in it counts. Raises `Invalid` naming what is wrong."""
    way_out = "Send a PKCS#10 request in DER, signed with its own ECDSA P-256 key"
    if len(csr_der) > CSR_LIMIT_BYTES:
        raise Invalid("csr_der", f"at most {CSR_LIMIT_BYTES} bytes", way_out)
    try:
        request = x509.load_der_x509_csr(csr_der)
        key = request.public_key()
        signed = request.is_signature_valid
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid("csr_der", "must be a signing request", way_out) from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Invalid("csr_der", "its key must be ECDSA P-256", way_out)
    if not signed:
        raise Invalid("csr_der", "its signature must be its own key's", way_out)
    return key


def key_digest(key: ec.EllipticCurvePublicKey) -> str:
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).hexdigest()


def read_peer(certificate_pem: bytes) -> Peer | None:
    """Who a certificate (already verified by TLS) speaks for; None when it is not an agent's."""
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (ValueError, x509.ExtensionNotFound):
        return None
    for uri in uris:
        if uri.startswith(_AGENT_URN):
            try:
                agent_id = UUID(uri.removeprefix(_AGENT_URN))
            except ValueError:
                return None
            return Peer(agent_id, format(certificate.serial_number, "x"), certificate.not_valid_after_utc)
    return None


def _self_signed(key: ec.EllipticCurvePrivateKey, chance: Chance, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vigia root")])
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
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(_serial(chance))
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _serial(chance: Chance) -> int:
    """Positive and below 2^159, as RFC 5280 asks."""
    return (int.from_bytes(chance.token_bytes(20)) >> 1) | 1


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)

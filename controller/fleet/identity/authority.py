"""The authority: our roots, the servers' certificate, the agents' leaves. ECDSA P-256 throughout.

Made on first start in the data folder and kept there (keys with mode 0600): `root.key` and `root.der` are the
first root's, `root-*.key` those of later ones, `rotated.json` says in which order they came. Names in a
request are ignored: a leaf holds a URI SAN with the agent's id and may be used by clients only.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from controller.core.chance import Chance
from controller.core.disk import Disk
from controller.core.errors import Conflict, Invalid
from controller.fleet.identity.roots import (
    Root,
    Succession,
    as_text,
    from_text,
    key_from,
    key_pem,
    merged,
    self_signed,
    serial,
    succeed,
    unsealed,
)

SERVER_NAME = "controller.vigia"
LEAF_LIFE = timedelta(days=7)
SERVER_LIFE = timedelta(days=1_826)
# Made anew so often: what a machine with a wrong clock reads in it is not older than that.
SERVER_KEY_LIFE = timedelta(days=1)
CSR_LIMIT_BYTES = 4_096
_ROTATED = "rotated.json"
_AGENT_URN = "urn:vigia:agent:"
# Agents whose clock is somewhat behind must not find a certificate from the future.
_BACKDATED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate made for an agent. `serial` in hex; `key_sha256` is of the public key's DER, in hex;
    `root_sha256` of the root that signed it."""

    serial: str
    certificate_der: bytes
    key_sha256: str
    not_before: datetime
    not_after: datetime
    root_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """What the servers show, PEM; a new one from `renew_at` on."""

    key: bytes
    certificate: bytes
    renew_at: datetime


@dataclass(frozen=True, slots=True)
class Peer:
    """Who a verified client certificate says it is."""

    agent_id: UUID
    serial: str
    not_after: datetime


class Authority:
    """Signs. Opened once, by `app.py`, with `Authority.open`; `follow` whenever a root was added or dropped.

    In force is one root, or during a change of roots two, of which the first signs.
    """

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        first: Root,
        token_key: bytes,
        chance: Chance,
        hosts: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._disk = disk
        self._first = first
        self._token_key = token_key
        self._chance = chance
        self._hosts = tuple(hosts)
        self._roots: tuple[Root, ...] = (first,)
        self._rows: tuple[Succession, ...] = ()

    @classmethod
    def open(
        cls, folder: Path, disk: Disk, chance: Chance, now: datetime, hosts: Sequence[str] = ()
    ) -> "Authority":
        """The authority kept in `folder`, made there on first use. `hosts`: names and addresses (besides
        `controller.vigia`) under which the servers can be reached. Raises `Invalid`, `Conflict`."""
        key_path, root_path, token_path = (folder / n for n in ("root.key", "root.der", "tokens.key"))
        if not disk.exists(token_path):
            disk.write_durably(token_path, chance.token_bytes(32))
        if not disk.exists(key_path) and not disk.exists(root_path):
            disk.write_durably(key_path, key_pem(ec.generate_private_key(ec.SECP256R1())))
        # After a change of roots the first one's key is gone.
        key = key_from(disk.read(key_path), str(key_path)) if disk.exists(key_path) else None
        # The key is written first: a crash between the two leaves a key that its root is made for now.
        if key is not None and not disk.exists(root_path):
            root = self_signed(key, chance, now)
            disk.write_durably(root_path, root.public_bytes(serialization.Encoding.DER), mode=0o644)
        first = Root(x509.load_der_x509_certificate(disk.read(root_path)), key)
        made = cls(folder, disk, first, disk.read(token_path), chance, hosts)
        made.follow((), now)
        return made

    @property
    def kept(self) -> tuple[Succession, ...]:
        """The changes of roots that this folder knows of, the oldest first."""
        path = self._folder / _ROTATED
        return tuple(from_text(self._disk.read(path), str(path))) if self._disk.exists(path) else ()

    def follow(self, rows: Sequence[Succession], now: datetime) -> bool:
        """Trust, sign with and forget what these rows say; whether anything changed.

        Keys come into the folder before anything is signed with them, and leave it when their root is
        dropped. Raises `Conflict` when the key that signs now is nowhere to be found.
        """
        known = self.kept
        every = merged(rows, known)
        keys = [self._first.key]
        for row in every:
            keys.append(self._key_of(row, keys[-1]))
        every_root = [
            self._first,
            *(Root(row.root, key) for row, key in zip(every, keys[1:], strict=True)),
        ]
        standing: tuple[Root, ...] = (every_root[-1],)
        if every and every[-1].finished_at is None:
            standing = (every_root[-1], every_root[-2])
            if now < every[-1].signs_at:
                standing = (every_root[-2], every_root[-1])
        if standing[0].key is None:
            raise Conflict(
                f"the key of the authority that signs now is not in {self._folder}: copy that folder from a "
                "controller on the same database, or restore it from your backup"
            )
        if as_text(every) != as_text(known):
            self._disk.write_durably(self._folder / _ROTATED, as_text(every), mode=0o644)
        changed = [root.sha256 for root in standing] != [root.sha256 for root in self._roots]
        self._roots, self._rows = standing, tuple(every)
        self._forget_dropped()
        return changed

    def succeed(self, now: datetime) -> Succession:
        """A new root, vouched for by the one that signs; it counts once its row is committed."""
        row, _ = succeed(self._roots[0], self._chance, now, self._token_key)
        return row

    def _key_of(
        self, row: Succession, before: ec.EllipticCurvePrivateKey | None
    ) -> ec.EllipticCurvePrivateKey | None:
        path = self._folder / f"root-{row.sha256[:16]}.key"
        if not self._disk.exists(path):
            pem = unsealed(row, before, self._token_key) if before is not None else None
            if pem is None:
                return None
            self._disk.write_durably(path, pem)
        return key_from(self._disk.read(path), str(path))

    def _forget_dropped(self) -> None:
        """Private keys of roots that are not in force any more. Their certificates stay: they harm nobody."""
        in_force = {root.sha256 for root in self._roots}
        gone = [f"root-{row.sha256[:16]}.key" for row in self._rows if row.sha256 not in in_force]
        if self._first.sha256 not in in_force:
            gone.append("root.key")
        for name in gone:
            if self._disk.exists(self._folder / name):
                self._disk.remove(self._folder / name)

    @property
    def roots(self) -> tuple[Root, ...]:
        """In force; the first signs."""
        return self._roots

    @property
    def rows(self) -> tuple[Succession, ...]:
        return self._rows

    @property
    def crosses(self) -> tuple[bytes, ...]:
        """Each root's key signed by its predecessor, DER, the newest first."""
        return tuple(row.cross_der for row in reversed(self._rows))

    @property
    def roots_pem(self) -> bytes:
        """All roots in force: who shows a certificate of any of them may speak."""
        return b"".join(root.certificate.public_bytes(serialization.Encoding.PEM) for root in self._roots)

    @property
    def root_pem(self) -> bytes:
        return self._roots[0].certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def root_text(self) -> str:
        """The root that signs, as the pasted line carries it: DER, base64url without padding."""
        return urlsafe_b64encode(self._roots[0].der).rstrip(b"=").decode()

    @property
    def not_after(self) -> datetime:
        """When the root that signs ends."""
        return self._roots[0].certificate.not_valid_after_utc

    def token_digest(self, token: str) -> str:
        """A keyed hash: who reads the database cannot make or check tokens."""
        return hmac.new(self._token_key, token.encode(), sha256).hexdigest()

    def server_identity(self, now: datetime) -> ServerIdentity:
        """A new key and certificate for our ports. The key is never written; whoever could take it from our
        memory could take the root's too. So the certificate lives as long as its root, and a machine whose
        clock is wrong by a year finds us all the same. When it was made stands in it (RFC 3280 4.2.1.4): a
        machine that cannot connect reads from it how far its clock is off."""
        signer = self._roots[0]
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(SERVER_NAME)]
        names += [_general_name(host) for host in self._hosts if host != SERVER_NAME]
        since, until = signer.certificate.not_valid_before_utc, signer.certificate.not_valid_after_utc
        certificate = (
            self._builder(signer, key.public_key(), SERVER_NAME, since, min(until, now + SERVER_LIFE))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.PrivateKeyUsagePeriod(now, now + SERVER_KEY_LIFE), critical=False)
            .sign(_signing_key(signer), hashes.SHA256())
        )
        way = b"".join(
            x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
            for der in self.crosses
        )
        return ServerIdentity(
            key_pem(key),
            certificate.public_bytes(serialization.Encoding.PEM) + (way or self.root_pem),
            now + SERVER_KEY_LIFE,
        )

    def leaf(
        self,
        agent_id: UUID,
        key: ec.EllipticCurvePublicKey,
        now: datetime,
        trusted: Collection[str] | None = None,
    ) -> Leaf:
        """A certificate for the agent's key, good for 7 days. `trusted`: SHA-256 (hex) of the roots that are
        trusted there; it comes from the newest of those, from the oldest in force where none is named, and
        from the one that signs when not given."""
        signer = self._roots[0]
        if trusted is not None:
            signer = next(
                (root for root in self._roots if root.sha256 in trusted and root.key), self._oldest()
            )
        until = min(now + LEAF_LIFE, signer.certificate.not_valid_after_utc)
        certificate = (
            self._builder(signer, key, str(agent_id), now - _BACKDATED, until)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"{_AGENT_URN}{agent_id}")]),
                critical=False,
            )
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
            .sign(_signing_key(signer), hashes.SHA256())
        )
        return Leaf(
            format(certificate.serial_number, "x"),
            certificate.public_bytes(serialization.Encoding.DER),
            key_digest(key),
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
            signer.sha256,
        )

    def trusted_by_line(self, pasted_at: datetime) -> frozenset[str]:
        """The root that a line of that time carries. One that was dropped since is not in force, and its
        successor has to be proved to who pasted it."""
        signed = [row.sha256 for row in self._rows if row.signs_at <= pasted_at]
        return frozenset({signed[-1] if signed else self._first.sha256})

    def has_signed(self, certificate: x509.Certificate) -> bool:
        """Whether one of our roots, in force or dropped, signed it."""
        for root in (self._first.certificate, *(row.root for row in self._rows)):
            try:
                certificate.verify_directly_issued_by(root)
            except (ValueError, TypeError, InvalidSignature):
                continue
            return True
        return False

    @property
    def names_in_force(self) -> frozenset[str]:
        """How certificates name the roots in force: by SHA-256, and the first one as "" too."""
        names = {root.sha256 for root in self._roots}
        return frozenset(names | {""} if self._first.sha256 in names else names)

    def _oldest(self) -> Root:
        """Before the new root signs it is second; after that the old one is."""
        if len(self._roots) == 2 and self._roots[1].sha256 != self._rows[-1].sha256:
            return self._roots[1] if self._roots[1].key else self._roots[0]
        return self._roots[0]

    def _builder(
        self, signer: Root, key: ec.EllipticCurvePublicKey, common_name: str, since: datetime, until: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]))
            .issuer_name(signer.certificate.subject)
            .public_key(key)
            .serial_number(serial(self._chance))
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.certificate.public_key()),  # type: ignore[arg-type]  # ours are P-256
                critical=False,
            )
        )


def _signing_key(root: Root) -> ec.EllipticCurvePrivateKey:
    assert root.key is not None
    return root.key


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


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)

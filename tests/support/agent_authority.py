"""An authority for tests: a root, a controller's certificate, agents' certificates from requests."""

import base64
import uuid
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agent.identity import Identity

DAY = timedelta(days=1)
Usage = x509.ObjectIdentifier


class TestAuthority:
    """One root, living as long as the test."""

    __test__ = False

    def __init__(self, name: str = "root of the tests") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        self.root = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 365 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def root_pem(self) -> str:
        return self.root.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def root_line(self) -> str:
        """As it stands in the line that is pasted on the machine."""
        return (
            base64.urlsafe_b64encode(self.root.public_bytes(serialization.Encoding.DER)).decode().rstrip("=")
        )

    def controller(self) -> tuple[bytes, bytes]:
        """Key and certificate (PEM) of a controller, with the name agents look for."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName("controller.vigia")])
        certificate = self._signed(key.public_key(), names, ExtendedKeyUsageOID.SERVER_AUTH, 7 * DAY)
        return _key_pem(key), certificate.public_bytes(serialization.Encoding.PEM)

    def answer(self, csr_der: bytes, life: timedelta = 7 * DAY, since: datetime | None = None) -> bytes:
        """A certificate (DER) for the key of a request, its names ignored."""
        request = x509.load_der_x509_csr(csr_der)
        assert request.is_signature_valid
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:uuid:{uuid.uuid4()}")])
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        return self._signed(key, names, usage, life, since).public_bytes(serialization.Encoding.DER)

    def identity(self, endpoint: str, life: timedelta = 7 * DAY, since: datetime | None = None) -> Identity:
        """An agent that has been enrolled."""
        key = ec.generate_private_key(ec.SECP256R1())
        csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
        der = self.answer(csr.public_bytes(serialization.Encoding.DER), life, since)
        certificate = x509.load_der_x509_certificate(der)
        return Identity(
            agent_id=str(uuid.uuid4()),
            endpoint=endpoint,
            root_pem=self.root_pem,
            key_pem=_key_pem(key).decode(),
            certificate_pem=certificate.public_bytes(serialization.Encoding.PEM).decode(),
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            renew_at=certificate.not_valid_before_utc + life / 2,
        )

    def _signed(
        self,
        key: ec.EllipticCurvePublicKey,
        names: x509.SubjectAlternativeName,
        usage: Usage,
        life: timedelta,
        since: datetime | None = None,
    ) -> x509.Certificate:
        since = since or datetime.now(UTC) - timedelta(minutes=1)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + life)
            .add_extension(names, critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(self._key, hashes.SHA256())
        )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

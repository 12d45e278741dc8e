"""Key, request and pinned root of this lab's identity. ECDSA P-256, as the controller asks (trust.md)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.errors import LabError, UsageError

ROOT_MAX_CHARS = 8_192


def new_request() -> tuple[str, bytes]:
    """A new private key (PEM) and its signing request (DER). It names nothing: names are ignored."""
    key = ec.generate_private_key(ec.SECP256R1())
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key_pem.decode(), request.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, slots=True)
class Offered:
    """Roots as the controller names them, DER: those in force, the one that signs first, and the certificates
    by which each was vouched for by the one before it."""

    roots: tuple[bytes, ...] = ()
    crosses: tuple[bytes, ...] = ()


def trusted(root_pem: str, offered: Offered) -> str:
    """The pinned roots (PEM); or those offered, as far as a chain of vouching leads to them from a pinned
    one. Raises ValueError."""
    pinned = x509.load_pem_x509_certificates(root_pem.encode())
    roots, left = (
        [x509.load_der_x509_certificate(der) for der in ders] for ders in (offered.roots, offered.crosses)
    )
    signers = list(pinned)
    while proved := [one for one in left if any(_signed(one, signer) for signer in signers)]:
        signers += proved
        left = [one for one in left if one not in proved]
    keys = [signer.public_key() for signer in signers]
    kept = [root for root in roots if root.public_key() in keys and _signed(root, root)] or pinned
    return "".join(root.public_bytes(serialization.Encoding.PEM).decode() for root in kept)


def is_of_the_first(certificate_pem: str, root_pem: str) -> bool:
    """Whether the certificate is of the first of these roots, which signs."""
    root = x509.load_pem_x509_certificates(root_pem.encode())[0]
    return _signed(x509.load_pem_x509_certificate(certificate_pem.encode()), root)


def root_digests(root_pem: str) -> list[bytes]:
    """SHA-256 of each root."""
    roots = x509.load_pem_x509_certificates(root_pem.encode())
    return [root.fingerprint(hashes.SHA256()) for root in roots]


def proof(certificate_pem: str, key_pem: str, csr_der: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """Our last certificate (DER), and that we hold its key, for this nonce and this new key alone."""
    own = x509.load_pem_x509_certificate(certificate_pem.encode()).public_bytes(serialization.Encoding.DER)
    key = serialization.load_pem_private_key(key_pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    said = b"vigia recovery 1\0" + nonce + sha256(own).digest() + sha256(csr_der).digest()
    return own, key.sign(said, ec.ECDSA(hashes.SHA256()))


def checked(
    certificate_der: bytes, key_pem: str, root_pem: str, offered: Offered | None = None
) -> tuple[str, datetime, datetime, str]:
    """The certificate (PEM) and its life, if it is for our key and from a root that we trust or that one of
    ours vouches for; and the roots to trust from now on. Raises LabError."""
    try:
        kept = trusted(root_pem, offered or Offered())
        roots = x509.load_pem_x509_certificates(kept.encode())
        certificate = x509.load_der_x509_certificate(certificate_der)
        key = serialization.load_pem_private_key(key_pem.encode(), None)
        good = any(_signed(certificate, root) for root in roots)
    except (ValueError, TypeError):
        good = False
    if not good:
        raise LabError("the controller's answer is no certificate of the pinned root")
    if certificate.public_key() != key.public_key():
        raise LabError("the controller's certificate is for another key")
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return pem, certificate.not_valid_before_utc, certificate.not_valid_after_utc, kept


def _signed(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    try:
        if not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        certificate.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return True


def root_from_line(text: str) -> str:
    """The pasted root (DER, base64url) as PEM. Raises UsageError."""
    bare = text.strip().rstrip("=")
    try:
        if len(bare) > ROOT_MAX_CHARS:
            raise ValueError
        der = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
        return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode()
    except (ValueError, binascii.Error):
        raise UsageError("--root is no certificate in base64url: paste the whole line again") from None

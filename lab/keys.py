"""Key, request and pinned root of this lab's identity. ECDSA P-256, as the controller asks (trust.md)."""

import base64
import binascii
from datetime import datetime

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


def checked(certificate_der: bytes, key_pem: str, root_pem: str) -> tuple[str, datetime, datetime]:
    """The certificate (PEM) and its life, if it is for our key and from our root. Raises LabError."""
    try:
        root = x509.load_pem_x509_certificate(root_pem.encode())
        certificate = x509.load_der_x509_certificate(certificate_der)
        key = serialization.load_pem_private_key(key_pem.encode(), None)
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        raise LabError("the controller's answer is no certificate of the pinned root") from None
    if certificate.public_key() != key.public_key():
        raise LabError("the controller's certificate is for another key")
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return pem, certificate.not_valid_before_utc, certificate.not_valid_after_utc


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

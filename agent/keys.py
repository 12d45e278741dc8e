"""A short-lived child: the only file that loads `cryptography`, which would cost the resident agent 15 MiB.

`python -m agent.keys` reads one JSON question on standard input and writes one JSON answer:
{"ask": "request", "root": PEM} -> {"key": PEM, "csr": base64 DER}
{"ask": "inspect", "certificate": base64 DER, "root": PEM, "key": PEM} -> {"certificate": PEM, "not_before",
"not_after": Unix seconds}; {"fault": text} when something does not hold. Nothing touches the disk here.
"""

import base64
import binascii
import json
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class _Fault(Exception):
    pass


def answer(question: dict[str, str]) -> dict[str, str | float]:
    """The answer to one question; {"fault": ...} when it cannot be given."""
    try:
        if question.get("ask") == "request":
            return _request(question["root"])
        if question.get("ask") == "inspect":
            return _inspect(question)
        return {"fault": "not a question we know"}
    except _Fault as fault:
        return {"fault": str(fault)}
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        return {"fault": f"cannot be read: {error}"}


def _request(root_pem: str) -> dict[str, str | float]:
    _root(root_pem)
    # P-256: Ed25519 certificates fail in grpcio's TLS (trust.md "Identity").
    key = ec.generate_private_key(ec.SECP256R1())
    # Names in it are ignored by the controller, so it names nothing.
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    csr_der = csr.public_bytes(serialization.Encoding.DER)
    return {"key": key_pem.decode(), "csr": base64.b64encode(csr_der).decode()}


def _inspect(question: dict[str, str]) -> dict[str, str | float]:
    root = _root(question["root"])
    certificate = x509.load_der_x509_certificate(base64.b64decode(question["certificate"], validate=True))
    key = serialization.load_pem_private_key(question["key"].encode(), None)
    if certificate.public_key() != key.public_key():
        raise _Fault("the certificate is for another key")
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        raise _Fault("the certificate was not signed by the pinned root") from None
    return {
        "certificate": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "not_before": certificate.not_valid_before_utc.timestamp(),
        "not_after": certificate.not_valid_after_utc.timestamp(),
    }


def _root(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise _Fault("the root is not a certificate; paste the whole line again") from None


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)

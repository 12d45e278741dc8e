"""A short-lived child: the only file that loads `cryptography`, which would cost the resident agent 15 MiB.

`python -m agent.keys` reads one JSON question on standard input and writes one JSON answer:
{"ask": "request", "root": PEM} -> {"key": PEM, "csr": base64 DER}
{"ask": "inspect", "certificate": base64 DER, "root": PEM, "key": PEM, "roots", "crosses": base64 DER each,
separated by commas} -> {"certificate": PEM, "not_before", "not_after": Unix seconds, "root": PEM}
{"ask": "trust", "root": PEM, "own": PEM, "roots", "crosses"} -> {"root": PEM, "current": 1 or 0}
{"ask": "prove", "key": PEM, "own": PEM, "csr", "nonce": base64} -> {"certificate", "signature": base64}
{"ask": "when", "certificate": base64 DER} -> {"made_at": Unix seconds}
{"fault": text} when something does not hold. "root" may hold several. Nothing touches the disk here.
"""

import base64
import binascii
import json
import sys
from datetime import UTC
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PROOF = b"vigia recovery 1"


class _Fault(Exception):
    pass


def answer(question: dict[str, str]) -> dict[str, str | float]:
    """The answer to one question; {"fault": ...} when it cannot be given."""
    try:
        match question.get("ask"):
            case "request":
                return _request(question["root"])
            case "inspect":
                return _inspect(question)
            case "trust":
                return _trust(question)
            case "prove":
                return _prove(question)
            case "when":
                return _when(question)
        return {"fault": "not a question we know"}
    except _Fault as fault:
        return {"fault": str(fault)}
    except (KeyError, ValueError, TypeError, binascii.Error) as error:
        return {"fault": f"cannot be read: {error}"}


def _request(root_pem: str) -> dict[str, str | float]:
    _pinned(root_pem)
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
    roots = _trusted(question)
    certificate = x509.load_der_x509_certificate(base64.b64decode(question["certificate"], validate=True))
    key = serialization.load_pem_private_key(question["key"].encode(), None)
    if certificate.public_key() != key.public_key():
        raise _Fault("the certificate is for another key")
    if not any(_signed(certificate, root) for root in roots):
        raise _Fault("the certificate was not signed by the pinned root")
    return {
        "root": _armoured(roots),
        "certificate": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "not_before": certificate.not_valid_before_utc.timestamp(),
        "not_after": certificate.not_valid_after_utc.timestamp(),
    }


def _trust(question: dict[str, str]) -> dict[str, str | float]:
    """Which roots are pinned from now on, and whether our own certificate is of the one that signs."""
    roots = _trusted(question)
    own = x509.load_pem_x509_certificate(question["own"].encode())
    return {"root": _armoured(roots), "current": float(_signed(own, roots[0]))}


def _prove(question: dict[str, str]) -> dict[str, str | float]:
    """That we hold the key of our last certificate, for this nonce and this new key alone."""
    key = serialization.load_pem_private_key(question["key"].encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _Fault("the key is none of ours")
    own = x509.load_pem_x509_certificate(question["own"].encode()).public_bytes(serialization.Encoding.DER)
    nonce, csr = (base64.b64decode(question[name], validate=True) for name in ("nonce", "csr"))
    said = PROOF + b"\0" + nonce + sha256(own).digest() + sha256(csr).digest()
    signature = key.sign(said, ec.ECDSA(hashes.SHA256()))
    return {
        "certificate": base64.b64encode(own).decode(),
        "signature": base64.b64encode(signature).decode(),
    }


def _when(question: dict[str, str]) -> dict[str, str | float]:
    """When a controller made its certificate: about what time it is there."""
    certificate = x509.load_der_x509_certificate(base64.b64decode(question["certificate"], validate=True))
    try:
        period = certificate.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
    except x509.ExtensionNotFound:
        period = None
    if period is None or period.not_before is None:
        raise _Fault("it does not say when it was made")
    return {"made_at": period.not_before.replace(tzinfo=UTC).timestamp()}


def _trusted(question: dict[str, str]) -> list[x509.Certificate]:
    """The pinned roots; or those offered, as far as a chain of crosses leads to them from a pinned one."""
    pinned = _pinned(question["root"])
    offered, crosses = (_ders(question.get(name, "")) for name in ("roots", "crosses"))
    signers, left = list(pinned), list(crosses)
    while True:
        proved = [cross for cross in left if any(_signed(cross, signer) for signer in signers)]
        if not proved:
            break
        signers += proved
        left = [cross for cross in left if cross not in proved]
    keys = {_public(signer) for signer in signers}
    return [root for root in offered if _public(root) in keys and _signed(root, root)] or pinned


def _signed(certificate: x509.Certificate, signer: x509.Certificate) -> bool:
    try:
        if not signer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        certificate.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return True


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _ders(text: str) -> list[x509.Certificate]:
    parts = [base64.b64decode(one, validate=True) for one in text.split(",") if one]
    return [x509.load_der_x509_certificate(one) for one in parts]


def _armoured(roots: list[x509.Certificate]) -> str:
    return "".join(root.public_bytes(serialization.Encoding.PEM).decode() for root in roots)


def _pinned(pem: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise _Fault("the root is not a certificate; paste the whole line again") from None


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)

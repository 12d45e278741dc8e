"""Until when a certificate is valid, and its name: a reader of just that much of X.509 (RFC 5280, 4.1).

`cryptography` would cost the resident agent 15 MiB and `ssl` six.
"""

import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

SEQUENCE, SET, VERSION, OID, UTC_TIME, GENERALIZED_TIME = 0x30, 0x31, 0xA0, 0x06, 0x17, 0x18
COMMON_NAME = bytes.fromhex("550403")
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
NAME_MAX = 128


@dataclass(frozen=True, slots=True)
class Certificate:
    """`name` is the subject's common name, empty where it has none; `until` is aware UTC."""

    name: str
    until: datetime


def first_of_pem(pem: bytes) -> bytes:
    """The first certificate of a PEM file as DER: that of the server itself. Raises ValueError."""
    begin = pem.find(_BEGIN)
    end = pem.find(_END, begin)
    if begin < 0 or end < 0:
        raise ValueError("holds no certificate")
    try:
        return binascii.a2b_base64(pem[begin + len(_BEGIN) : end])
    except binascii.Error:
        raise ValueError("its certificate is not base64") from None


def read(der: bytes) -> Certificate:
    """Raises ValueError when it is not a certificate."""
    try:
        return _read(der)
    except (IndexError, UnicodeDecodeError):
        raise ValueError("not a certificate") from None


def _read(der: bytes) -> Certificate:
    _, body, _ = _part(der, 0, SEQUENCE)
    _, tbs, _ = _part(body, 0, SEQUENCE)
    at = 0
    if tbs[0] == VERSION:
        _, _, at = _part(tbs, at)
    for _ in range(3):  # serial number, signature algorithm, issuer
        _, _, at = _part(tbs, at)
    _, validity, at = _part(tbs, at, SEQUENCE)
    _, subject, _ = _part(tbs, at, SEQUENCE)
    _, _, after = _part(validity, 0)
    kind, until, _ = _part(validity, after)
    return Certificate(_common_name(subject), _instant(kind, until.decode("ascii")))


def _part(data: bytes, at: int, wanted: int | None = None) -> tuple[int, bytes, int]:
    """Tag, content, and where the next one begins."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:
            raise ValueError("not a certificate: a length that DER does not have")
        length, start = int.from_bytes(data[start : start + size], "big"), start + size
    if (wanted is not None and tag != wanted) or start + length > len(data):
        raise ValueError("not a certificate")
    return tag, data[start : start + length], start + length


def _common_name(subject: bytes) -> str:
    at = 0
    while at < len(subject):
        _, one, at = _part(subject, at, SET)
        _, pair, _ = _part(one, 0, SEQUENCE)
        _, kind, after = _part(pair, 0, OID)
        if kind == COMMON_NAME:
            return _part(pair, after)[1].decode("utf-8", "replace")[:NAME_MAX]
    return ""


def _instant(kind: int, told: str) -> datetime:
    """RFC 5280, 4.1.2.5: always to the second and in UTC; two digits of a year from 50 on are 19xx."""
    if kind == UTC_TIME:
        told = ("19" if told[:2] >= "50" else "20") + told
    elif kind != GENERALIZED_TIME:
        raise ValueError("not a certificate: no time where one must be")
    return datetime.strptime(told, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)

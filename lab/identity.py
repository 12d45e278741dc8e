"""Who this lab is to the controller: one file of mode 0600, and the request whose answer is still missing."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from lab.disk import Disk
from lab.errors import NotEnrolled
from lab.keys import Offered, checked, is_of_the_first, new_request


@dataclass(frozen=True, slots=True)
class Identity:
    """`endpoint` is host:port of the mutual-TLS port; the certificate lives from `not_before` on. `root_pem`
    may hold two roots while the controller changes its own. `enrolment_endpoint`: where a lab whose
    certificate has expired recovers; "" in identities from before that was known."""

    lab_id: str
    endpoint: str
    root_pem: str
    key_pem: str
    certificate_pem: str
    not_before: datetime
    not_after: datetime
    enrolment_endpoint: str = ""

    def fault(self, now: datetime) -> str | None:
        """Why it cannot be used now, in words; None when it can."""
        if now > self.not_after:
            return f"the certificate of this lab expired on {self.not_after:%Y-%m-%d %H:%M} UTC"
        if now < self.not_before:
            since = f"{self.not_before:%Y-%m-%d %H:%M}"
            return f"the certificate is valid only from {since} UTC: is the clock right?"
        return None

    def is_due(self, now: datetime) -> bool:
        """Half of its life is over, or another root signs by now: time for a new one."""
        half = self.not_before + (self.not_after - self.not_before) / 2
        return now >= half or not is_of_the_first(self.certificate_pem, self.root_pem)


@dataclass(frozen=True, slots=True)
class Pending:
    """A key whose certificate has been asked for. `purpose` tells requests apart."""

    purpose: str
    key_pem: str
    csr_der: bytes


class IdentityStore:
    """`identity.json` and `pending.json` in the lab's folder."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._path = folder / "identity.json"
        self._pending = folder / "pending.json"

    def load(self) -> Identity:
        """Raises NotEnrolled."""
        if not self._disk.exists(self._path):
            raise NotEnrolled(
                "this lab is not enrolled: `vigia enrol --customer US --role lab` on the controller prints "
                "the line to paste here"
            )
        try:
            held = json.loads(self._disk.read(self._path))
            for name in ("not_before", "not_after"):
                held[name] = datetime.fromisoformat(held[name])
            return Identity(**{one.name: held[one.name] for one in fields(Identity) if one.name in held})
        except (ValueError, KeyError, TypeError):
            raise NotEnrolled(f"{self._path} is damaged: enrol this lab again") from None

    def request(self, purpose: str) -> Pending:
        """The request of that purpose that is still without an answer, or a new one, written down first: a
        lost answer is asked for again with the same key (trust.md "Enrolment")."""
        try:
            held = json.loads(self._disk.read(self._pending))
            if held["purpose"] == purpose:
                return Pending(purpose, held["key_pem"], base64.b64decode(held["csr"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        key_pem, csr_der = new_request()
        table = {"purpose": purpose, "key_pem": key_pem, "csr": base64.b64encode(csr_der).decode()}
        self._disk.mkdir(self._pending.parent)
        self._disk.replace(self._pending, json.dumps(table).encode())
        return Pending(purpose, key_pem, csr_der)

    def save(
        self,
        pending: Pending,
        certificate_der: bytes,
        lab_id: str,
        endpoint: str,
        root_pem: str,
        enrolment_endpoint: str = "",
        offered: Offered | None = None,
    ) -> Identity:
        """Checked and durable when it returns. Raises LabError."""
        pem, not_before, not_after, roots = checked(certificate_der, pending.key_pem, root_pem, offered)
        identity = Identity(
            lab_id, endpoint, roots, pending.key_pem, pem, not_before, not_after, enrolment_endpoint
        )
        held = asdict(identity)
        for name in ("not_before", "not_after"):
            held[name] = held[name].isoformat()
        self._disk.replace(self._path, json.dumps(held).encode())
        self._disk.unlink(self._pending)
        return identity


def purpose_of(token: str) -> str:
    """Names an enrolment by its token without keeping the token."""
    return "enrol " + hashlib.sha256(token.encode()).hexdigest()

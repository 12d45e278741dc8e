"""Who this machine is to the controller: key, certificate and pinned root, in one file of mode 0600.

One file, replaced whole, so that key and certificate can never be of different lives. A request whose reply
was lost keeps its key and is repeated as it was (trust.md "Identity").
"""

import base64
import binascii
import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent import processes
from agent.chance import Chance
from agent.disk import Disk
from agent.errors import AgentError, NotEnrolled

CHILD_TIMEOUT_S = 30.0
CHILD_OUTPUT_BYTES = 64 * 1024
ROOT_MAX_CHARS = 8_192
_HOME = str(Path(__file__).parent.parent)


class KeyFault(AgentError):
    """A key, a root or a certificate is not what it should be."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Certificate life is [not_before, not_after]; `renew_at` is half life +-10 %, drawn once. `root_pem` may
    hold two roots while the authority changes its own. `enrolment_endpoint`: host:port where a machine whose
    certificate has expired recovers; "" when nobody has said."""

    agent_id: str
    endpoint: str
    root_pem: str
    key_pem: str
    certificate_pem: str
    not_before: datetime
    not_after: datetime
    renew_at: datetime
    enrolment_endpoint: str = ""

    @property
    def root_sha256(self) -> list[bytes]:
        """Of each pinned root."""
        blocks = self.root_pem.split("-----BEGIN CERTIFICATE-----")[1:]
        bodies = ["".join(block.split("-----END")[0].split()) for block in blocks]
        return [hashlib.sha256(base64.b64decode(body)).digest() for body in bodies]

    def fault(self, now: datetime) -> str | None:
        """Why the certificate cannot be used now, in words; None when it can."""
        if now > self.not_after:
            return f"the certificate expired on {self.not_after:%Y-%m-%d %H:%M} UTC"
        if now < self.not_before:
            since = f"{self.not_before:%Y-%m-%d %H:%M}"
            return f"the certificate is valid only from {since} UTC: is the clock right?"
        return None


@dataclass(frozen=True, slots=True)
class Pending:
    """A key whose certificate has been asked for but not received. `purpose` tells requests apart."""

    purpose: str
    key_pem: str
    csr_der: bytes


@dataclass(frozen=True, slots=True)
class Offered:
    """Roots as the controller names them, DER: those in force, the one that signs first, and the certificates
    by which each was vouched for by the one before it."""

    roots: tuple[bytes, ...] = ()
    crosses: tuple[bytes, ...] = ()

    def question(self) -> dict[str, str]:
        """For the child that knows certificates."""
        named = (("roots", self.roots), ("crosses", self.crosses))
        return {name: ",".join(base64.b64encode(one).decode() for one in ders) for name, ders in named}


class IdentityStore:
    """`identity.json` and `pending.json` in the data folder; raises OSError as the disk does."""

    def __init__(self, disk: Disk, data: Path) -> None:
        self._disk = disk
        self.path = data / "identity.json"
        self._pending = data / "pending.json"

    def load(self) -> Identity:
        """Raises NotEnrolled when there is none, KeyFault when it cannot be read."""
        try:
            held = json.loads(self._disk.read(self.path))
            for name in ("not_before", "not_after", "renew_at"):
                held[name] = datetime.fromisoformat(held[name])
            # A newer agent may have kept more; one that was put back still knows itself.
            return Identity(
                **{field.name: held[field.name] for field in fields(Identity) if field.name in held}
            )
        except FileNotFoundError:
            raise NotEnrolled(
                "this machine is not enrolled: paste the line that `vigia enrol` printed on the controller"
            ) from None
        except OSError as error:
            raise KeyFault(f"{self.path} cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyFault(f"{self.path} is damaged: enrol this machine again") from None

    def save(self, identity: Identity) -> None:
        """Durable when it returns; the pending key has done its duty."""
        held = asdict(identity)
        for name in ("not_before", "not_after", "renew_at"):
            held[name] = held[name].isoformat()
        self._disk.mkdir(self.path.parent)
        self._disk.replace(self.path, json.dumps(held).encode(), mode=0o600)
        if self._disk.exists(self._pending):
            self._disk.unlink(self._pending)

    def pending(self, purpose: str) -> Pending | None:
        """The request that is still without a reply, if it was for this purpose."""
        try:
            held = json.loads(self._disk.read(self._pending))
            if held["purpose"] != purpose:
                return None
            return Pending(purpose, held["key_pem"], base64.b64decode(held["csr"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_pending(self, pending: Pending) -> None:
        """Durable before the request leaves, so that the reply will find its key."""
        held = {
            "purpose": pending.purpose,
            "key_pem": pending.key_pem,
            "csr": base64.b64encode(pending.csr_der).decode(),
        }
        self._disk.mkdir(self._pending.parent)
        self._disk.replace(self._pending, json.dumps(held).encode(), mode=0o600)


async def request_for(store: IdentityStore, purpose: str, root_pem: str) -> Pending:
    """The pending request of that purpose, or a new key and request, written down first. Raises KeyFault."""
    pending = store.pending(purpose)
    if pending is None:
        made = await _asked({"ask": "request", "root": root_pem})
        pending = Pending(purpose, str(made["key"]), base64.b64decode(str(made["csr"])))
        store.keep_pending(pending)
    return pending


async def identity_from(
    pending: Pending,
    certificate_der: bytes,
    agent_id: str,
    endpoint: str,
    root_pem: str,
    chance: Chance,
    offered: Offered | None = None,
    enrolment_endpoint: str = "",
) -> Identity:
    """Checks that the certificate is for our key and from a root that we trust, or that one of ours vouches
    for; raises KeyFault."""
    seen = await _asked(
        {
            "ask": "inspect",
            "certificate": base64.b64encode(certificate_der).decode(),
            "root": root_pem,
            "key": pending.key_pem,
            **(offered or Offered()).question(),
        }
    )
    not_before = datetime.fromtimestamp(float(seen["not_before"]), UTC)
    not_after = datetime.fromtimestamp(float(seen["not_after"]), UTC)
    return Identity(
        agent_id=agent_id,
        endpoint=endpoint,
        root_pem=str(seen["root"]),
        key_pem=pending.key_pem,
        certificate_pem=str(seen["certificate"]),
        not_before=not_before,
        not_after=not_after,
        renew_at=renewal_time(not_before, not_after, chance),
        enrolment_endpoint=enrolment_endpoint,
    )


async def trusting(identity: Identity, offered: Offered) -> tuple[Identity, bool]:
    """The identity with those of the offered roots that ours vouch for, and without those that are no longer
    offered; and whether its certificate is of the root that signs. Raises KeyFault."""
    seen = await _asked(
        {
            "ask": "trust",
            "root": identity.root_pem,
            "own": identity.certificate_pem,
            **offered.question(),
        }
    )
    return replace(identity, root_pem=str(seen["root"])), bool(seen["current"])


async def proof(identity: Identity, csr_der: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """Our certificate (DER) and what proves to the controller that we hold its key. Raises KeyFault."""
    asked = {"csr": csr_der, "nonce": nonce}
    texts = {name: base64.b64encode(value).decode() for name, value in asked.items()}
    own = {"key": identity.key_pem, "own": identity.certificate_pem}
    told = await _asked({"ask": "prove", **own, **texts})
    return base64.b64decode(str(told["certificate"])), base64.b64decode(str(told["signature"]))


async def made_at(certificate_der: bytes) -> datetime:
    """When a controller made the certificate it shows: what time it is there, give or take a day. Raises
    KeyFault."""
    question = {"ask": "when", "certificate": base64.b64encode(certificate_der).decode()}
    return datetime.fromtimestamp(float((await _asked(question))["made_at"]), UTC)


def renewal_time(not_before: datetime, not_after: datetime, chance: Chance) -> datetime:
    """Half of the life, moved by up to 10 % of that half either way."""
    half_s = (not_after - not_before).total_seconds() / 2
    return not_before + timedelta(seconds=half_s * chance.uniform(0.9, 1.1))


def root_from_line(text: str) -> str:
    """The pasted root (DER, base64url) as PEM; raises KeyFault. The child says if it is a certificate."""
    try:
        bare = text.strip().rstrip("=")
        der = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        der = b""
    if not der or len(text) > ROOT_MAX_CHARS:
        raise KeyFault("--root is not base64url: paste the whole line again, without line breaks")
    return pem(der, "CERTIFICATE")


def pem(der: bytes, label: str) -> str:
    """DER in its text armour (RFC 7468)."""
    text = base64.b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def purpose_of(token: str) -> str:
    """Names an enrolment by its token without keeping the token."""
    return "enrol " + hashlib.sha256(token.encode()).hexdigest()


async def _asked(question: dict[str, str]) -> dict[str, str | float]:
    # -P: nothing is imported from the folder the agent happens to be started in.
    argv = [sys.executable, "-P", "-m", "agent.keys"]
    paths = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))
    done = await processes.run_async(
        argv, CHILD_TIMEOUT_S, CHILD_OUTPUT_BYTES, json.dumps(question).encode(), {"PYTHONPATH": paths}
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise KeyFault(f"the key helper failed: {' '.join(last) or 'no answer'}") from None
    if "fault" in told:
        raise KeyFault(str(told["fault"]))
    return dict(told)

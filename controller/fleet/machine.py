"""A machine: what the controller decided about it, what its agent says of itself, and how they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID


class MachineRole(Enum):
    """Decided at enrolment, by us. It says how silence is judged (trust.md R6).

    LAB is no machine that is watched: an engineer's bench that hands in attempts, and nothing else.
    """

    SERVER = "server"
    DESKTOP = "desktop"
    LAPTOP = "laptop"
    LAB = "lab"


class GoodbyeReason(Enum):
    """Why an agent left. STOPPED: by hand, so not watched until it returns."""

    STOPPED = "stopped"
    SHUTDOWN = "shutdown"
    REBOOT = "reboot"
    SUSPEND = "suspend"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Machine:
    """`id` is the agent's id too. Host and system facts are untrusted text, shown escaped.

    `connected` is an index: true while a stream is open. `last_seen_at` is flushed in bulk and may lag by
    30 s; None until the first connection. `clock_offset_s` is added to the agent's instants to get ours.
    The goodbye is None while the machine is expected to be heard. `silent_since` is the last sign of life
    of a machine that was judged silent, `silent_finding_id` the finding that says so. `abilities`: what its
    agent can be asked for, as "pull:basic"; none for an agent that is too old. `past_boots`: ids of boots
    that it left, the newest last. `quarantined_at`: two machines may speak with this identity; its faults
    are taken in, and nothing else is done with it until a person decides.
    """

    id: UUID
    customer_id: UUID
    site_id: UUID | None
    name: str
    role: MachineRole
    host_name: str
    os_name: str
    os_version: str
    architecture: str
    agent_version: str
    watches: tuple[str, ...]
    boot_id: str
    boot_at: datetime | None
    enrolled_at: datetime
    banned_at: datetime | None
    ban_reason: str
    connected: bool
    connected_at: datetime | None
    last_seen_at: datetime | None
    clock_offset_s: float
    goodbye_reason: GoodbyeReason | None
    goodbye_at: datetime | None
    expected_return_at: datetime | None
    silent_since: datetime | None
    silent_finding_id: UUID | None
    abilities: tuple[str, ...] = ()
    past_boots: tuple[str, ...] = ()
    quarantined_at: datetime | None = None
    quarantine_reason: str = ""


@dataclass(frozen=True, slots=True)
class MachineEvent:
    """A line of a machine's history. `kind` is one of ours ("enrolled", "connected", "rebooted", ...)."""

    machine_id: UUID
    at: datetime
    recorded_at: datetime
    kind: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Greeting:
    """What an agent says of itself when it connects, already within limits; `offset` was measured by us.

    `faults_acknowledged`: up to where somebody here told it that its faults are committed.
    """

    agent_version: str
    host_name: str
    os_name: str
    os_version: str
    architecture: str
    boot_id: str
    boot_at: datetime | None
    spool_epoch: str
    watches: tuple[str, ...]
    offset: timedelta
    abilities: tuple[str, ...] = ()
    faults_acknowledged: int = 0

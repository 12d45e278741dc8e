"""The journal's way to the controller: in calls of a bounded size, each attempt once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from lab.attempt import Attempt
from lab.clock import Clock
from lab.identity import Identity, IdentityStore
from lab.journal import Journal
from lab.keys import Offered
from lab.wire import Parcel, Receipt

CALL_ATTEMPTS = 50
CALL_BYTES = 16 * 1024 * 1024
HandIn = Callable[[Identity, Sequence[Parcel]], list[Receipt]]


class Admission(Protocol):
    """What the controller gave for a request."""

    @property
    def certificate_der(self) -> bytes: ...

    @property
    def lab_id(self) -> str: ...

    @property
    def endpoint(self) -> str: ...

    @property
    def offered(self) -> Offered: ...


class Door(Protocol):
    """Where certificates come from: `lab.link`. Both take the identity and a signing request."""

    @property
    def renew(self) -> Callable[[Identity, bytes], Admission]: ...

    @property
    def recover(self) -> Callable[[Identity, bytes], Admission | None]: ...


@dataclass(frozen=True, slots=True)
class Pushed:
    """`without_case`: attempts that stay here until somebody says which incident they are for."""

    receipts: tuple[Receipt, ...]
    without_case: tuple[Attempt, ...]


def push(
    journal: Journal,
    identity: Identity,
    attempts: Sequence[Attempt],
    hand_in: HandIn,
    on_receipt: Callable[[Receipt], None] = lambda _: None,
) -> Pushed:
    """Hands in what has a case. After each call the receipts are in the journal: a break costs one call,
    which the controller knows again. Raises HandInRefused, LinkBroken, JournalBroken."""
    receipts: list[Receipt] = []
    for call in _calls([attempt for attempt in attempts if attempt.case]):
        for receipt in hand_in(identity, [Parcel(attempt, journal.kept) for attempt in call]):
            if receipt.reason:
                journal.refuse(receipt.attempt_id, receipt.reason)
            else:
                journal.hand_in(receipt.attempt_id, receipt.case)
            receipts.append(receipt)
            on_receipt(receipt)
    return Pushed(tuple(receipts), tuple(attempt for attempt in attempts if not attempt.case))


def _calls(attempts: Sequence[Attempt]) -> Iterator[list[Attempt]]:
    call: list[Attempt] = []
    size = 0
    for attempt in attempts:
        more = sum(file.size_bytes for file in attempt.files)
        if call and (len(call) >= CALL_ATTEMPTS or size + more > CALL_BYTES):
            yield call
            call, size = [], 0
        call.append(attempt)
        size += more
    if call:
        yield call


def usable(store: IdentityStore, clock: Clock, door: Door) -> Identity:
    """This lab's identity, renewed when half of its life is over, and recovered when all of it is: a bench
    may stand still for weeks. Whether it is, the controller decides: our clock may be wrong. Raises
    NotEnrolled, LabError."""
    identity = store.load()
    now = clock.now()
    given: Admission | None = None
    if identity.fault(now) is not None:
        pending = store.request(f"recover {identity.not_after.isoformat()}")
        given = door.recover(identity, pending.csr_der)
    elif identity.is_due(now):
        pending = store.request(f"renew {identity.not_after.isoformat()}")
        given = door.renew(identity, pending.csr_der)
    if given is None:
        return identity
    enrolment = identity.enrolment_endpoint
    return store.save(
        pending,
        given.certificate_der,
        given.lab_id,
        given.endpoint,
        identity.root_pem,
        enrolment,
        given.offered,
    )

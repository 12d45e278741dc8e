"""The journal's way to the controller: in calls of a bounded size, each attempt once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lab.attempt import Attempt
from lab.clock import Clock
from lab.errors import NotEnrolled
from lab.identity import Identity, IdentityStore
from lab.journal import Journal
from lab.wire import Parcel, Receipt

CALL_ATTEMPTS = 50
CALL_BYTES = 16 * 1024 * 1024
HandIn = Callable[[Identity, Sequence[Parcel]], list[Receipt]]
Renew = Callable[[Identity, bytes], bytes]


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


def usable(store: IdentityStore, clock: Clock, renew: Renew) -> Identity:
    """This lab's identity, renewed when half of its life is over. Raises NotEnrolled, LabError."""
    identity = store.load()
    now = clock.now()
    fault = identity.fault(now)
    if fault is not None:
        raise NotEnrolled(fault)
    if not identity.is_due(now):
        return identity
    pending = store.request(f"renew {identity.not_after.isoformat()}")
    der = renew(identity, pending.csr_der)
    return store.save(pending, der, identity.lab_id, identity.endpoint, identity.root_pem)

"""Our types to messages and back, for handing in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lab.attempt import Attempt, Origin, Verdict
from protos.vigia.v1 import lab_pb2 as pb

CHUNK_BYTES = 256 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VERDICTS = {
    Verdict.REPRODUCED: pb.VERDICT_REPRODUCED,
    Verdict.NOT_REPRODUCED: pb.VERDICT_NOT_REPRODUCED,
    Verdict.INCONCLUSIVE: pb.VERDICT_INCONCLUSIVE,
}
_ORIGINS = {Origin.RECIPE: pb.ORIGIN_RECIPE, Origin.HAND: pb.ORIGIN_HAND}


@dataclass(frozen=True, slots=True)
class Parcel:
    """An attempt, and a way to its files' contents by their digests."""

    attempt: Attempt
    content: Callable[[str], bytes]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.attempt.files)


@dataclass(frozen=True, slots=True)
class Receipt:
    """`case` has the attempt now; empty when it was refused, and `reason` says why."""

    attempt_id: str
    case: str
    reason: str


def requests_of(parcels: Sequence[Parcel]) -> Iterator[pb.HandInRequest]:
    """Each attempt, then its files in chunks."""
    for parcel in parcels:
        yield pb.HandInRequest(attempt=_attempt(parcel.attempt))
        for file in parcel.attempt.files:
            data = parcel.content(file.sha256)
            for start in range(0, len(data), CHUNK_BYTES):
                yield pb.HandInRequest(chunk=pb.FileChunk(data=data[start : start + CHUNK_BYTES]))


def receipts_of(response: pb.HandInResponse) -> list[Receipt]:
    """In the order of the attempts."""
    found = []
    for receipt in response.receipts:
        refused = receipt.outcome == pb.RECEIPT_OUTCOME_REFUSED
        reason = f"{receipt.field}: {receipt.limit}" if refused else ""
        found.append(Receipt(receipt.attempt_id, "" if refused else receipt.case or "an incident", reason))
    return found


def _attempt(attempt: Attempt) -> pb.Attempt:
    return pb.Attempt(
        attempt_id=attempt.id,
        run_id=attempt.run_id,
        number=attempt.number,
        planned=attempt.planned,
        case=attempt.case,
        origin=_ORIGINS[attempt.origin],
        recipe=attempt.recipe,
        recipe_sha256=bytes.fromhex(attempt.recipe_sha256),
        bench=attempt.bench,
        factors=attempt.factors,
        started_at_unix_ms=_unix_ms(attempt.started_at),
        finished_at_unix_ms=_unix_ms(attempt.finished_at),
        expected=attempt.expected,
        seen=attempt.seen,
        verdict=_VERDICTS[attempt.verdict],
        reason=attempt.reason,
        tried_by=attempt.by,
        files=[
            pb.File(name=file.name, sha256=bytes.fromhex(file.sha256), size_bytes=file.size_bytes)
            for file in attempt.files
        ],
        redactions=dict(attempt.redactions),
    )


def _unix_ms(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)

"""The servicer for labs, on the mutual-TLS port: attempts and their files in, a receipt for each out."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc

from controller.blobs.folder import BlobFolder
from controller.core.actor import Actor, ActorKind
from controller.core.errors import Invalid, TooMuch, VigiaError
from controller.fleet import actions as fleet
from controller.fleet import store as machines
from controller.fleet.machine import Machine
from controller.reproductions import actions as reproductions
from controller.reproductions.actions import Outcome, Receipt
from controller.reproductions.offer import FILE_LIMIT_BYTES, FILES_LIMIT, Offer
from controller.reproductions.reproduction import AttemptFile, Origin, Verdict
from controller.rpc.agents import peer_of
from controller.rpc.errors import STATUS
from controller.storage import Storage
from protos.vigia.v1 import lab_pb2 as pb
from protos.vigia.v1 import lab_pb2_grpc

ATTEMPTS_LIMIT = 100
FILES_LIMIT_BYTES = 32 * 1024 * 1024
CHUNK_LIMIT_BYTES = 256 * 1024
_TOGETHER = 2
_PAUSE_S = 60.0

_VERDICTS = {
    pb.VERDICT_REPRODUCED: Verdict.REPRODUCED,
    pb.VERDICT_NOT_REPRODUCED: Verdict.NOT_REPRODUCED,
    pb.VERDICT_INCONCLUSIVE: Verdict.INCONCLUSIVE,
}
_ORIGINS = {pb.ORIGIN_RECIPE: Origin.RECIPE, pb.ORIGIN_HAND: Origin.HAND}
_OUTCOMES = {
    Outcome.TAKEN: pb.RECEIPT_OUTCOME_TAKEN,
    Outcome.KNOWN: pb.RECEIPT_OUTCOME_KNOWN,
    Outcome.REFUSED: pb.RECEIPT_OUTCOME_REFUSED,
}


@dataclass(slots=True)
class _Tray:
    """What one call has brought: offers in order, or why one of them cannot be read."""

    offers: list[Offer | Receipt] = field(default_factory=list)
    bytes: int = 0


class LabService(lab_pb2_grpc.LabServiceServicer):
    def __init__(self, storage: Storage, blobs: BlobFolder) -> None:
        self._storage = storage
        self._blobs = blobs
        self._together = asyncio.Semaphore(_TOGETHER)

    async def HandIn(  # noqa: N802 - the stub's name
        self, request_iterator: AsyncIterator[pb.HandInRequest], context: Any
    ) -> pb.HandInResponse:
        lab = await self._lab(context)
        try:
            async with self._together:
                tray = await self._tray(request_iterator)
                receipts = await self._committed(lab, tray)
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, f"nothing came for {_PAUSE_S:.0f} s")
        except VigiaError as error:
            await context.abort(STATUS[type(error)], str(error))
        return pb.HandInResponse(receipts=[_receipt(receipt) for receipt in receipts])

    async def _lab(self, context: Any) -> Machine:
        """Who TLS says it is, if that is a lab of ours; aborts otherwise."""
        peer = await peer_of(context)
        try:
            async with self._storage.unit(Actor(ActorKind.AGENT, str(peer.agent_id), peer.agent_id)) as unit:
                refused = await fleet.recognise(unit, peer, labs=True)
                lab = await machines.machine(unit.connection, peer.agent_id)
        except VigiaError as error:
            await context.abort(STATUS[type(error)], str(error))
        if refused is not None or lab is None:
            known = refused is not None and refused.known
            status = grpc.StatusCode.PERMISSION_DENIED if known else grpc.StatusCode.UNAUTHENTICATED
            await context.abort(status, refused.reason if refused else "this lab is not known here")
        assert lab is not None
        return lab

    async def _committed(self, lab: Machine, tray: _Tray) -> list[Receipt]:
        offers = [offer for offer in tray.offers if isinstance(offer, Offer)]
        async with self._storage.unit(Actor(ActorKind.AGENT, lab.name, lab.id)) as unit:
            answers = iter(await reproductions.hand_in(unit, lab, offers))
        return [next(answers) if isinstance(offer, Offer) else offer for offer in tray.offers]

    async def _tray(self, requests: AsyncIterator[pb.HandInRequest]) -> _Tray:
        """Reads the whole call. Files are kept before the transaction begins: contents without a row harm
        nobody, a row without its content would."""
        tray = _Tray()
        chunks = _Chunks(requests)
        while (message := await chunks.attempt()) is not None:
            if len(tray.offers) >= ATTEMPTS_LIMIT:
                raise TooMuch(f"at most {ATTEMPTS_LIMIT} attempts in a call; send the rest in another", 1)
            tray.bytes += sum(file.size_bytes for file in message.files)
            if tray.bytes > FILES_LIMIT_BYTES:
                raise TooMuch(f"at most {FILES_LIMIT_BYTES} bytes of files in a call", 1)
            if len(message.files) > FILES_LIMIT or any(
                f.size_bytes > FILE_LIMIT_BYTES for f in message.files
            ):
                raise Invalid("files", f"at most {FILES_LIMIT} of {FILE_LIMIT_BYTES} bytes each")
            for file in message.files:
                data = await chunks.file(file.size_bytes)
                if hashlib.sha256(data).digest() != file.sha256:
                    raise Invalid("files.sha256", "must be that of the bytes that follow", "Send it again")
                await self._blobs.put(data)
            tray.offers.append(_offer(message))
        return tray


class _Chunks:
    """A call's messages one by one: an attempt, then as many bytes as it has announced."""

    def __init__(self, requests: AsyncIterator[pb.HandInRequest]) -> None:
        self._requests = aiter(requests)

    async def attempt(self) -> pb.Attempt | None:
        """None at the end of the call."""
        request = await self._next()
        if request is None:
            return None
        if request.WhichOneof("item") != "attempt":
            raise Invalid("item", "an attempt must come before its files")
        return request.attempt

    async def file(self, size_bytes: int) -> bytes:
        data = bytearray()
        while len(data) < size_bytes:
            request = await self._next()
            if request is None or request.WhichOneof("item") != "chunk":
                raise Invalid("chunk", "the files must follow their attempt whole")
            if not 0 < len(request.chunk.data) <= min(CHUNK_LIMIT_BYTES, size_bytes - len(data)):
                raise Invalid("chunk.data", f"from 1 to {CHUNK_LIMIT_BYTES} bytes, of this file alone")
            data += request.chunk.data
        return bytes(data)

    async def _next(self) -> pb.HandInRequest | None:
        try:
            return await asyncio.wait_for(anext(self._requests), _PAUSE_S)
        except StopAsyncIteration:
            return None


def _offer(message: pb.Attempt) -> Offer | Receipt:
    """A refusal when its kinds are wrong. Raises `Invalid` without an id to answer to."""
    attempt_id = _uuid("attempt_id", message.attempt_id)
    try:
        if message.verdict not in _VERDICTS:
            raise Invalid("verdict", "must be given")
        if message.origin not in _ORIGINS:
            raise Invalid("origin", "must be given")
        if len(message.recipe_sha256) not in (0, 32):
            raise Invalid("recipe_sha256", "32 bytes, or none")
        return Offer(
            id=attempt_id,
            run_id=_uuid("run_id", message.run_id),
            number=message.number,
            planned=message.planned,
            case=message.case,
            origin=_ORIGINS[message.origin],
            recipe=message.recipe,
            recipe_sha256=message.recipe_sha256.hex(),
            bench=message.bench,
            factors=tuple(message.factors),
            started_at=_instant("started_at_unix_ms", message.started_at_unix_ms),
            finished_at=_instant("finished_at_unix_ms", message.finished_at_unix_ms),
            expected=message.expected,
            seen=message.seen,
            verdict=_VERDICTS[message.verdict],
            reason=message.reason,
            tried_by=message.tried_by,
            redactions=dict(message.redactions),
            files=tuple(AttemptFile(file.name, file.sha256.hex(), file.size_bytes) for file in message.files),
        )
    except Invalid as error:
        return Receipt(attempt_id, Outcome.REFUSED, field=error.field, limit=error.limit)


def _uuid(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(name, "must be a UUID") from None


def _instant(name: str, unix_ms: int) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=unix_ms)
    except OverflowError:
        raise Invalid(name, "must be a time that a calendar knows") from None


def _receipt(receipt: Receipt) -> pb.Receipt:
    return pb.Receipt(
        attempt_id=str(receipt.attempt_id),
        outcome=_OUTCOMES[receipt.outcome],
        case=receipt.case,
        field=receipt.field,
        limit=receipt.limit,
    )

"""Sending a bundle on a channel of its own, from wherever the controller says that it has come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

import grpc
import grpc.aio

from agent import wire
from agent.disk import Disk
from agent.identity import Identity
from agent.link.channel import agent_channel
from protos.vigia.v1 import uploads_pb2 as pb
from protos.vigia.v1 import uploads_pb2_grpc

CHUNK_BYTES = 256 * 1024
WRITE_S = 60.0
# The controller looks through the whole bundle before it says that it is stored.
ANSWER_S = 300.0
_FINAL = (
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.UNIMPLEMENTED,
)
Call = grpc.aio.StreamStreamCall[pb.UploadRequest, pb.UploadResponse]


class Outcome(Enum):
    """GONE: the controller does not want it any more, trying again will not help."""

    STORED = "stored"
    CUT = "cut"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Parcel:
    """The bundle of one order, at `path`; `sha256` in hex."""

    order_id: str
    path: Path
    sha256: str
    size_bytes: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """How one try ended. `offset`: how far it came, for knowing whether it came further than the last."""

    outcome: Outcome
    offset: int = 0
    reason: str = ""


async def send(
    identity: Identity, parcel: Parcel, disk: Disk, on_offset: Callable[[int], None] = lambda _: None
) -> Sent:
    """One try. Never raises for what the network or the controller does."""
    reached = [0]

    def note(offset: int) -> None:
        reached[0] = offset
        on_offset(offset)

    async with agent_channel(identity) as channel:
        call = uploads_pb2_grpc.UploadServiceStub(channel).Upload()
        try:
            return Sent(await _talk(call, parcel, disk, note), reached[0])
        except grpc.aio.AioRpcError as error:
            return _ended(error.code(), error.details(), reached[0])
        except asyncio.InvalidStateError:  # a write after the controller had ended the call
            return _ended(await call.code(), await call.details(), reached[0])
        except TimeoutError:
            return Sent(Outcome.CUT, reached[0], "the controller did not answer")
        finally:
            call.cancel()


async def _talk(call: Call, parcel: Parcel, disk: Disk, note: Callable[[int], None]) -> Outcome:
    start = pb.UploadStart(
        order_id=parcel.order_id,
        sha256=bytes.fromhex(parcel.sha256),
        size_bytes=parcel.size_bytes,
        taken_at_unix_ms=wire.milliseconds(parcel.taken_at),
    )
    await asyncio.wait_for(call.write(pb.UploadRequest(start=start)), WRITE_S)
    while True:
        response = await asyncio.wait_for(call.read(), ANSWER_S)
        if not isinstance(response, pb.UploadResponse):
            return _outcome(await call.code())
        if response.WhichOneof("item") == "stored":
            return Outcome.STORED
        await _write_from(call, parcel, disk, getattr(response, "from").offset, note)


async def _write_from(
    call: Call, parcel: Parcel, disk: Disk, offset: int, note: Callable[[int], None]
) -> None:
    while offset < parcel.size_bytes:
        note(offset)
        data = await asyncio.to_thread(disk.read, parcel.path, offset, CHUNK_BYTES)
        if not data:
            raise TimeoutError  # cannot be: the file is ours alone
        chunk = pb.UploadChunk(offset=offset, data=data)
        await asyncio.wait_for(call.write(pb.UploadRequest(chunk=chunk)), WRITE_S)
        offset += len(data)
    note(offset)


def _outcome(code: grpc.StatusCode) -> Outcome:
    return Outcome.GONE if code in _FINAL else Outcome.CUT


def _ended(code: grpc.StatusCode, details: str | None, offset: int) -> Sent:
    reason = f"{code.name} {' '.join((details or '').split())[:300]}".strip()
    return Sent(_outcome(code), offset, reason)

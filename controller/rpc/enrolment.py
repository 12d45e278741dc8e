"""The servicer of the enrolment port: a token and a key in, a certificate out; or an expired one and its
key."""

import logging
import re
from collections import deque
from datetime import timedelta
from typing import Any

import grpc

from controller.core.actor import SYSTEM
from controller.core.clock import Clock
from controller.core.errors import VigiaError
from controller.fleet import actions as fleet
from controller.fleet.actions import Enrolled, EnrolmentRequest
from controller.fleet.identity import recovery
from controller.fleet.identity.authority import Authority
from controller.fleet.identity.recovery import Nonces, RecoveryRequest, Refusal
from controller.rpc import wire
from controller.rpc.errors import STATUS
from controller.storage import Storage
from protos.vigia.v1 import enrolment_pb2 as pb
from protos.vigia.v1 import enrolment_pb2_grpc

# The same for unknown, used, expired and wrong tokens; the reason is in the audit log alone.
REFUSAL = "this token opens nothing; ask for a new line to paste"
_PORT = re.compile(r":\d+$")
_REFUSALS = {
    Refusal.UNKNOWN: pb.RECOVERY_REFUSAL_UNKNOWN,
    Refusal.NOT_NEEDED: pb.RECOVERY_REFUSAL_NOT_NEEDED,
    Refusal.TOO_LATE: pb.RECOVERY_REFUSAL_TOO_LATE,
    Refusal.BANNED: pb.RECOVERY_REFUSAL_BANNED,
    Refusal.QUARANTINED: pb.RECOVERY_REFUSAL_QUARANTINED,
    Refusal.SUPERSEDED: pb.RECOVERY_REFUSAL_SUPERSEDED,
}


_log = logging.getLogger(__name__)


class Misses:
    """Wrong tokens by address: at most 20 a minute, then the address waits."""

    def __init__(self, clock: Clock, limit: int = 20, span_s: float = 60.0, addresses: int = 10_000) -> None:
        self._clock = clock
        self._limit = limit
        self._span_s = span_s
        self._addresses = addresses
        self._missed: dict[str, deque[float]] = {}

    def wait_s(self, address: str) -> float:
        """0 when the address may try; else how long until it may."""
        times = self._missed.get(address)
        if times is None:
            return 0.0
        now_s = self._clock.monotonic()
        while times and now_s - times[0] >= self._span_s:
            times.popleft()
        return self._span_s - (now_s - times[0]) if len(times) >= self._limit else 0.0

    def note(self, address: str) -> None:
        if address not in self._missed and len(self._missed) >= self._addresses:
            self._missed.pop(next(iter(self._missed)))
        self._missed.setdefault(address, deque(maxlen=self._limit)).append(self._clock.monotonic())


class EnrolmentService(enrolment_pb2_grpc.EnrolmentServiceServicer):
    """`agent_endpoint`: where agents connect, host:port, as it is told to them. `window`: how long after its
    end a certificate may still be traded for a new one."""

    def __init__(
        self, storage: Storage, authority: Authority, agent_endpoint: str, window: timedelta
    ) -> None:
        self._storage = storage
        self._authority = authority
        self._misses = Misses(storage.clock)
        self._window = window
        self._nonces = Nonces(storage.clock, storage.chance)
        self.agent_endpoint = agent_endpoint

    async def Enrol(  # noqa: N802 - the stub's name
        self, request: pb.EnrolRequest, context: Any
    ) -> pb.EnrolResponse:
        peer = context.peer()
        address = await self._admitted(context)
        asked = EnrolmentRequest(
            request.token, request.csr_der, request.host_name, request.agent_version, peer
        )
        try:
            async with self._storage.unit(SYSTEM) as unit:
                answer = await fleet.enrol(unit, self._authority, asked)
        except VigiaError as error:
            await context.abort(STATUS[type(error)], str(error))
        except Exception:
            # gRPC would send the exception's words, which may hold rows, to whoever asks.
            _log.exception("enrolment failed peer=%s", peer)
            await context.abort(grpc.StatusCode.INTERNAL, "this could not be done; try again in a minute")
        if not isinstance(answer, Enrolled):
            self._misses.note(address)
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, REFUSAL)
            raise AssertionError("abort does not return")
        return pb.EnrolResponse(
            certificate_der=answer.certificate_der,
            agent_id=str(answer.agent_id),
            agent_endpoint=self.agent_endpoint,
            roots=wire.roots(self._authority),
        )

    async def Challenge(  # noqa: N802 - the stub's name
        self,
        request: pb.ChallengeRequest,  # noqa: ARG002 - it says nothing
        context: Any,
    ) -> pb.ChallengeResponse:
        await self._admitted(context)
        now = wire.milliseconds(self._storage.clock.now())
        return pb.ChallengeResponse(nonce=self._nonces.fresh(), controller_time_unix_ms=now)

    async def Recover(  # noqa: N802 - the stub's name
        self, request: pb.RecoverRequest, context: Any
    ) -> pb.RecoverResponse:
        address = await self._admitted(context)
        if not self._nonces.use(request.nonce):
            # No miss: a slow line or our restart does this to an honest machine.
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION, "this nonce is not good; ask for another"
            )
        asked = RecoveryRequest(
            request.nonce, request.certificate_der, request.csr_der, request.signature, context.peer()
        )
        try:
            async with self._storage.unit(SYSTEM) as unit:
                answer = await recovery.recover(unit, self._authority, asked, self._window)
        except VigiaError as error:
            self._misses.note(address)
            await context.abort(STATUS[type(error)], str(error))
        except Exception:
            _log.exception("recovery failed peer=%s", context.peer())
            await context.abort(grpc.StatusCode.INTERNAL, "this could not be done; try again in a minute")
        if isinstance(answer, Refusal):
            if answer is Refusal.UNKNOWN:
                self._misses.note(address)
            return pb.RecoverResponse(refusal=_REFUSALS[answer])
        return pb.RecoverResponse(
            certificate_der=answer[0],
            agent_endpoint=self.agent_endpoint,
            roots=wire.roots(self._authority),
        )

    async def _admitted(self, context: Any) -> str:
        """The peer's address; aborts when too much that was wrong came from it."""
        address = _PORT.sub("", context.peer())
        wait_s = self._misses.wait_s(address)
        if wait_s:
            message = f"too many wrong tokens from here; try again in {wait_s:.0f} s"
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, message)
        return address

"""The live streams of this process, and who may still open one."""

from collections.abc import Iterable
from uuid import UUID

from controller.core.clock import Clock
from controller.rpc.stream import Ending, Stream
from protos.vigia.v1 import agent_pb2 as pb

# A beat comes each 15 s; after so long without any message the stream is a corpse.
_IDLE_S = 90.0


class Bucket:
    """At most `rate` new streams a second, with as much saved up for a burst."""

    def __init__(self, clock: Clock, rate: float = 200.0) -> None:
        self._clock = clock
        self._rate = rate
        self._level = rate
        self._at_s = clock.monotonic()
        self._refused = 0.0

    def retry_after_s(self) -> int:
        """0: come in. Else the seconds after which there is room again, more when many wait."""
        now_s = self._clock.monotonic()
        passed_s = now_s - self._at_s
        self._at_s = now_s
        self._level = min(self._rate, self._level + passed_s * self._rate)
        self._refused = max(0.0, self._refused - passed_s * self._rate)
        if self._level >= 1.0:
            self._level -= 1.0
            return 0
        self._refused += 1.0
        return 2 + int(self._refused / self._rate)


class Streams:
    """One stream a machine: a new one ends the one before it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._live: dict[UUID, Stream] = {}

    def __len__(self) -> int:
        return len(self._live)

    def enter(self, stream: Stream) -> None:
        before = self._live.get(stream.machine_id)
        if before is not None:
            before.close(Ending("this machine connected anew", retry_after_s=30))
        self._live[stream.machine_id] = stream

    def leave(self, stream: Stream) -> None:
        if self._live.get(stream.machine_id) is stream:
            del self._live[stream.machine_id]

    async def hand_out(self, machine_ids: Iterable[UUID]) -> None:
        """To those of them that are connected here."""
        for machine_id in machine_ids:
            stream = self._live.get(machine_id)
            if stream is not None:
                await stream.hand_out()

    def machine_ids(self) -> Iterable[UUID]:
        return tuple(self._live)

    def tell_all(self, item: pb.ControllerItem) -> None:
        for stream in tuple(self._live.values()):
            stream.tell(item)

    def tell(self, machine_id: UUID, item: pb.ControllerItem) -> bool:
        """False when it has no stream here."""
        stream = self._live.get(machine_id)
        if stream is None:
            return False
        stream.tell(item)
        return True

    def dismiss(self, machine_ids: Iterable[UUID], reason: str) -> None:
        for machine_id in machine_ids:
            stream = self._live.get(machine_id)
            if stream is not None:
                stream.close(Ending(reason, retry_after_s=3_600))

    def dismiss_all(self, reason: str, retry_after_s: int) -> None:
        for stream in tuple(self._live.values()):
            stream.close(Ending(reason, retry_after_s))

    def sweep(self) -> None:
        """End what is too old or was not heard for too long."""
        now_s = self._clock.monotonic()
        for stream in tuple(self._live.values()):
            if now_s >= stream.expires_s:
                # gRPC does not end a stream whose certificate ran out: age does (trust.md "Life").
                stream.close(Ending("this stream is old enough; connect anew", retry_after_s=5))
            elif now_s - stream.heard_s > _IDLE_S:
                stream.close(Ending("nothing was heard"))

"""Collecting a profile, inside the child: one piece after another, each in a thread with its own limit."""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.chance import Chance
from agent.clock import Clock
from agent.diagnostics.item import MIB, Taken
from agent.diagnostics.pull.names import TRIAL
from agent.diagnostics.pull.piece import Piece
from agent.diagnostics.pull.request import Request, Step
from agent.processes import ProgramMissing
from evidence.manifest import Item
from evidence.redact import Redactor
from evidence.streaming import StreamedBundle

ITEMS_MAX = 200
REASON_MAX = 300
Told = Callable[[Step], None]


@dataclass(slots=True)
class Attempt:
    """One piece in its thread. Exactly one of `taken` and `reason` once it is done."""

    piece: Piece
    clock: Clock
    done: threading.Event = field(default_factory=threading.Event)
    taken: Taken | None = None
    reason: str = ""
    took_s: float = 0.0

    def run(self) -> None:
        began = self.clock.monotonic()
        try:
            self.taken = self.piece.take()
        except ProgramMissing as error:
            self.reason = f"{error.program} is not installed"
        except FileNotFoundError as error:
            self.reason = f"{error.filename} is not there"
        except Exception as error:  # a failed item is a gap of the bundle
            self.reason = f"{type(error).__name__}: {error}"[:REASON_MAX]
        self.took_s = self.clock.monotonic() - began
        self.done.set()


def collect(request: Request, pieces: Sequence[Piece], clock: Clock, chance: Chance, told: Told) -> None:
    """Writes the bundle to `request.path`, synced. What does not come in its time, or after a budget is
    spent, is a gap that says so. Raises OSError when the file cannot be written."""
    started_at, deadline = clock.now(), clock.monotonic() + request.budget_s
    # From here on: what this process did before is none of the bundle's business.
    cpu_until_s = _cpu_s() + request.budget_cpu_s
    wanted = [*pieces[:ITEMS_MAX], _about(request)]
    told(Step(0, len(wanted)))
    items: list[tuple[Piece, Item, bytes]] = []
    for number, piece in enumerate(wanted, 1):
        spent = _spent(request, deadline - clock.monotonic(), cpu_until_s - _cpu_s())
        items.append(_gap(piece, spent) if spent else _taken(piece, clock, deadline))
        told(Step(number, len(wanted)))
    with Path(request.path).open("xb") as file:
        bundle = StreamedBundle(
            file,
            agent_version=request.agent_version,
            host=socket.gethostname(),
            started_at=started_at,
            profile=request.profile,
            budget_bytes=request.budget_bytes,
        )
        _write(bundle, items, chance, lambda: told(Step(len(wanted), len(wanted))))
        if request.profile == "trial":
            item = Item("trial/noise.bin", "trial", "noise of our own, nothing of this machine")
            bundle.add_pieces(item, _noise(int(os.environ[TRIAL]), chance, told, len(wanted)))
        bundle.finish(clock.now())
        file.flush()
        os.fsync(file.fileno())


def _taken(piece: Piece, clock: Clock, deadline: float) -> tuple[Piece, Item, bytes]:
    attempt = Attempt(piece, clock)
    # A daemon: what hangs in the kernel must not keep the child from handing in the rest.
    threading.Thread(target=attempt.run, name=piece.label, daemon=True).start()
    limit_s = max(0.1, min(piece.limit_s, deadline - clock.monotonic()))
    item = Item(piece.label, piece.collector, piece.label)
    if not attempt.done.wait(limit_s):
        late = replace(item, duration_ms=int(limit_s * 1000), timed_out=True, withheld="no end in time")
        return piece, late, b""
    item = replace(item, duration_ms=int(attempt.took_s * 1000))
    taken = attempt.taken
    if taken is None:
        return piece, replace(item, withheld=attempt.reason), b""
    item = replace(item, source=taken.source, exit_status=taken.exit_status, truncated=taken.truncated)
    return piece, replace(item, timed_out=taken.timed_out), taken.data


def _gap(piece: Piece, reason: str) -> tuple[Piece, Item, bytes]:
    return piece, Item(piece.label, piece.collector, piece.label, withheld=reason), b""


def _cpu_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    try:
        import resource
    except ImportError:  # Windows, which counts coarsely
        told = os.times()
        return told.user + told.system + told.children_user + told.children_system
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _spent(request: Request, left_s: float, cpu_left_s: float) -> str:
    """Which budget is used up; empty while there is some of each."""
    if left_s <= 0:
        return f"the budget of {request.budget_s:.0f} s was spent"
    if cpu_left_s < 0:
        return f"the budget of {request.budget_cpu_s:.0f} s of processor was spent"
    return ""


def _write(
    bundle: StreamedBundle, items: list[tuple[Piece, Item, bytes]], chance: Chance, alive: Callable[[], None]
) -> None:
    """Redacted whole and twice before anything is cut: a cut may halve a mask, never a secret."""
    redactor = Redactor(chance.token_bytes(32))
    first = []
    for _, item, data in items:
        first.append((item.label, redactor.redact(item.label, data)))
        alive()
    for (piece, item, _), (_, result) in zip(items, redactor.second_pass(first), strict=True):
        if result.status == "withheld":
            item = replace(item, withheld=result.reason)
        item = replace(item, redactions=dict(result.counts))
        if item.withheld:
            bundle.add_gap(item)
        else:
            bundle.add(item, result.data, cap_bytes=piece.cap_bytes)
        alive()


def _about(request: Request) -> Piece:
    """What the agent says of itself."""
    text = json.dumps(dict(request.about), indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    return Piece("agent/state.json", lambda: Taken("the agent itself", text))


def _noise(size_mib: int, chance: Chance, told: Told, total: int) -> Iterator[bytes]:
    for _ in range(size_mib):
        yield chance.token_bytes(MIB)
        told(Step(total, total))

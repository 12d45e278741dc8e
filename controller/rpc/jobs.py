"""What streams ask to be written, and how a batch of it becomes one transaction."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from controller.core.errors import NotFound
from controller.fleet import actions as fleet
from controller.fleet.actions import Rejection
from controller.fleet.identity.authority import Peer
from controller.fleet.intake.blindness import DownPeriod
from controller.fleet.intake.cursor import Lane
from controller.fleet.intake.report import NotKept, Report, ReportedFinding, ReportedSnapshot, Taken
from controller.fleet.machine import GoodbyeReason, Greeting
from controller.fleet.orders import actions as orders
from controller.fleet.orders.order import Order, Progress
from controller.storage import Unit

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Greet:
    """Answered with what is committed here of its spool, or with why it may not come in."""

    peer: Peer
    greeting: Greeting


@dataclass(frozen=True, slots=True)
class Restate:
    report: Report
    conditions: tuple[ReportedFinding, ...]
    stated_at: datetime
    first: bool


@dataclass(frozen=True, slots=True)
class Leave:
    machine_id: UUID
    reason: GoodbyeReason
    expected_return_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandOut:
    """Answered with the machine's unfinished orders, which count as sent from then on."""

    machine_id: UUID


@dataclass(frozen=True, slots=True)
class OrderNews:
    """What the machine says of one of its orders."""

    machine_id: UUID
    progress: Progress


Job = Greet | Report | Restate | Leave | HandOut | OrderNews
Answer = dict[Lane, int] | Rejection | Taken | tuple[Order, ...] | None


class Clerk:
    """Performs batches. `down`: our controller's own absences (contract.md T2). `is_tight`: whether the disk
    has no room for measurements (trust.md R9)."""

    def __init__(
        self, down: Callable[[], Sequence[DownPeriod]], is_tight: Callable[[], bool] = lambda: False
    ) -> None:
        self._down = down
        self._is_tight = is_tight

    async def perform(self, unit: Unit, jobs: Sequence[Job]) -> Sequence[Answer]:
        """Greetings in order of machine, so that two units never wait for each other; then reports, together;
        then the rest. A stream waits for its greeting, so this keeps each stream's own order."""
        answers: dict[int, Answer] = {}
        greetings = [(i, job) for i, job in enumerate(jobs) if isinstance(job, Greet)]
        for i, greet in sorted(greetings, key=lambda pair: pair[1].peer.agent_id):
            answers[i] = await self._greet(unit, greet)
        reports = [(i, job) for i, job in enumerate(jobs) if isinstance(job, Report)]
        if reports:
            kept = [without_snapshots(job) if self._is_tight() else job for _, job in reports]
            taken = await fleet.take_reports(unit, kept, self._down())
            answers.update((i, one) for (i, _), one in zip(reports, taken, strict=True))
        for i, job in enumerate(jobs):
            match job:
                case Restate():
                    await fleet.restate(
                        unit, job.report, job.conditions, job.stated_at, first=job.first, down=self._down()
                    )
                    answers[i] = None
                case Leave():
                    await fleet.say_goodbye(unit, job.machine_id, job.reason, job.expected_return_at)
                    answers[i] = None
                case HandOut():
                    answers[i] = await orders.hand_out(unit, job.machine_id)
                case OrderNews():
                    await self._note(unit, job)
                    answers[i] = None
        return [answers[i] for i in range(len(jobs))]

    async def _note(self, unit: Unit, job: OrderNews) -> None:
        try:
            await orders.report(unit, job.machine_id, job.progress)
        except NotFound as error:
            # Of a database that was restored, or of nobody: no reason to lose what else the machine says.
            _log.warning("news of an unknown order machine=%s: %s", job.machine_id, error)

    async def _greet(self, unit: Unit, job: Greet) -> Answer:
        rejection = await fleet.recognise(unit, job.peer)
        if rejection is not None:
            return rejection
        return await fleet.greet(unit, job.peer.agent_id, job.greeting)


def without_snapshots(report: Report) -> Report:
    """The same with its measurements given up, so that its faults still find room."""
    entries = (
        replace(entry, record=NotKept()) if isinstance(entry.record, ReportedSnapshot) else entry
        for entry in report.entries
    )
    return replace(report, entries=tuple(entries))

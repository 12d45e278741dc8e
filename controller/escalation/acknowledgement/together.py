"""Asking for many acknowledgements at once: what `actions.py` does for one, by one question for all."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from controller import timers
from controller.escalation.acknowledgement import store
from controller.escalation.acknowledgement.actions import TIMER, Asking, timer_key
from controller.escalation.acknowledgement.round import About, Ended, Round, Step, Told
from controller.escalation.rota import store as schedules
from controller.escalation.rota.rota import ACKNOWLEDGE
from controller.incidents.case import CaseState, Incident
from controller.notify.notice import Recipient
from controller.sla import store as plans
from controller.sla.versions.version import Book
from controller.storage import Unit


class Began(NamedTuple):
    """`heard`: those who were told just now."""

    case: Incident
    level: int
    asked: Asking
    heard: Sequence[Recipient]


class Askings:
    """`asking` for incidents of a batch, in the order in which they are told."""

    def __init__(
        self, unit: Unit, waits: Mapping[str, timedelta | None], book: Book, waiting: Collection[UUID]
    ) -> None:
        self._unit = unit
        self._waits = waits
        self._book = book
        self._waiting = set(waiting)
        lasts = [max(one.plan.warn_at, default=1.0) for one in book.plans] or [1.0]
        # Most warnings are told apart without looking up whose plan governs.
        self._lasts = min(lasts), max(lasts)

    @classmethod
    async def of(cls, unit: Unit, cases: Collection[Incident]) -> "Askings":
        version = await schedules.version_at(unit.connection, unit.now)
        waits = version.schedule.acknowledge if version else ACKNOWLEDGE
        waiting = await store.all_waiting(unit.connection, [case.id for case in cases])
        return cls(unit, waits, await plans.versions(unit.connection), waiting)

    def asking(self, case: Incident, about: About, fraction: float | None = None) -> Asking | None:
        """Of warnings only the last one asks, and only when nobody is waited for already."""
        wait = self._waits.get(case.severity.value) if case.state is CaseState.OPEN else None
        if wait is None or (about is About.WARNED and not self._is_last_warning(case, fraction)):
            return None
        self._waiting.add(case.id)
        link = f"{self._unit.console_url}/incidents/{case.reference}"
        return Asking(about, wait, self._unit.now + wait, link)

    def _is_last_warning(self, case: Incident, fraction: float | None) -> bool:
        if fraction is None or case.id in self._waiting:
            return False
        if fraction < self._lasts[0] or fraction >= self._lasts[1]:
            return fraction >= self._lasts[1]
        plan = self._book.governing(case.customer_id, case.opened_at).plan
        return fraction >= max(plan.warn_at, default=1.0)


async def begin_all(unit: Unit, begun: Sequence[Began]) -> None:
    """A round for each incident, the last that was asked; those that were open are superseded."""
    if not begun:
        return
    newest = {one.case.id: one for one in begun}
    await store.end_all(unit.connection, newest, unit.now, Ended.SUPERSEDED)
    await store.add_all(unit.connection, [_round(unit, one) for one in newest.values()])
    planned = [(timer_key(case_id), case_id, one.asked.until) for case_id, one in newest.items()]
    await timers.plan_all(unit, TIMER, planned)


def _round(unit: Unit, one: Began) -> Round:
    told = tuple(Told(recipient.id, recipient.name) for recipient in one.heard)
    asked = one.asked
    return Round(
        unit.chance.uuid(), one.case.id, asked.about, one.level, unit.now, asked.wait, Step.DUTY, told,
        asked.until,
    )  # fmt: skip

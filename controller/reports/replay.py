"""The whole history under another plan, page by page: breaches gained and lost, and the load of each hour.

A simulation, never an overwrite (contract.md T14). It needs no controller but the pages of the history.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from controller.reports import outline
from controller.reports.outline import Outline
from controller.sla.calendar import Calendar
from controller.sla.plan import Plan
from controller.sla.plan_file import read_calendar_file, read_plan
from controller.sla.replay import Change, Comparison, Load, past_of, refuse_missing, replayed
from controller.sla.state import CLOCK_ORDER

Json = dict[str, Any]


class Replay:
    """Grows by one page at a time."""

    def __init__(self, plan: Plan, calendars: Mapping[str, Calendar]) -> None:
        self._plan = plan
        self._calendars = calendars
        self._comparison = Comparison()
        self._span: Json = {}

    @classmethod
    def of(cls, plan: str, calendars: Iterable[str]) -> Self:
        """From TOML. Raises `PlanInvalid` with every fault. The plan may be one of long ago."""
        known = dict(read_calendar_file(text) for text in calendars)
        return cls(read_plan(plan, known), known)

    def add(self, page: Mapping[str, Any]) -> None:
        """A page of `reports.outline`. Raises `PlanInvalid` for a severity that the plan does not know."""
        self._span = {name: page[name] for name in ("from", "to", "as_of")}
        as_of = datetime.fromisoformat(page["as_of"])
        for one in page["outlines"]:
            self._add(outline.read(one), as_of)

    def _add(self, one: Outline, as_of: datetime) -> None:
        refuse_missing(self._plan, (event.severity for event in one.events if event.severity is not None))
        after, _ = replayed(self._plan, self._calendars, one.events, as_of)
        self._comparison.add(one.customer, one.past, past_of(after))

    def result(self) -> Json:
        """Breaches are counted; `gained`: only under the other plan, `lost`: only under the real one."""
        found = self._comparison
        return {
            **self._span,
            "plan": self._plan.name,
            "zone": self._plan.zone,
            "total": _change(found.total),
            "customers": [
                {"customer": name, **_change(found.customers[name])}
                for name in sorted(found.customers, key=lambda name: (name.casefold(), name))
            ],
            "load": {
                "before": self._load(found.load_before),
                "after": self._load(found.load_after),
            },
        }

    def _load(self, load: Load) -> Json:
        hour, most = load.busiest or (None, 0)
        return {
            "deadlines": load.total,
            "busiest_hour": _written(hour) if hour else None,
            "busiest": most,
            "by_hour_of_day": list(load.by_hour_of_day(self._plan.zone)),
        }


def _change(change: Change) -> Json:
    clocks = [
        {
            "clock": clock,
            "before": change.before[clock],
            "after": change.after[clock],
            "gained": change.gained[clock],
            "lost": change.lost[clock],
        }
        for clock in CLOCK_ORDER
        if change.before[clock] or change.after[clock]
    ]
    return {
        "incidents": change.incidents,
        "before": change.before.total(),
        "after": change.after.total(),
        "gained": change.gained.total(),
        "lost": change.lost.total(),
        "clocks": clocks,
    }


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")

"""What can be wrong with a plan, a calendar or a case. All are `Invalid`: field, limit, way out."""

from dataclasses import dataclass

from controller.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that makes no sense, where it stands, and what would.

    `path` is a key path (`severity.critical.escalate_l3`), `line` counts from 1 and is None where nobody can
    tell. `kind` is stable, for catalogues: `unknown_key`, `missing`, `wrong_type`, `not_allowed`,
    `unknown_zone`, `negative`, `never_opens`, `level_order`, `past`, `overlapping`, `syntax`, ...
    """

    path: str
    kind: str
    limit: str
    way_out: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}, {self.path}" if self.line is not None else self.path
        return f"{where}: {self.limit}" + (f". {self.way_out}" if self.way_out else "")


class PlanInvalid(Invalid):
    """A plan or calendar that makes no sense. `faults` holds every one, in reading order."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        super().__init__(first.path, first.limit, first.way_out)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class CaseInvalid(Invalid):
    """A case (a calendar or timeline question in JSON) that cannot be read; the other cases still can."""


class CalendarNeverOpens(Invalid):
    """Working time was to be added on a calendar without any; a plan with such a calendar is never loaded."""

    def __init__(self) -> None:
        super().__init__("weekly", "the calendar never opens", "Give at least one open interval")


class OutOfCalendar(Invalid):
    """A sum that leaves the years 1 to 9999."""

    def __init__(self) -> None:
        super().__init__(
            "duration", "the sum leaves the years that calendars know (1 to 9999)", "Use a shorter duration"
        )

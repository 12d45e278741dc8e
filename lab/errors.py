"""The lab's errors: one root; the class says the kind, attributes carry the facts.

Commands print `str(error)` for people and leave with `exit_code`.
"""

from dataclasses import dataclass


class LabError(Exception):
    """Something the lab can explain. Exit code 1 unless a subclass says otherwise."""

    exit_code = 1


class UsageError(LabError):
    """What was typed is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a recipe: `path` as in `steps[1].timeout_s`, `line` from 1 or None where unknown."""

    path: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.path}: {self.reason}" if self.path else f"{where}{self.reason}"


class RecipeFaulty(LabError):
    """A recipe cannot be run. `faults`: all that is wrong, at once, in the order of the file."""

    exit_code = 2

    def __init__(self, source: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(source, faults)
        self.source = source
        self.faults = faults

    def __str__(self) -> str:
        if len(self.faults) == 1:
            return f"{self.source}: {self.faults[0]}"
        lines = [f"{self.source}: {len(self.faults)} faults", *(f"  {fault}" for fault in self.faults)]
        return "\n".join(lines)


class BenchLost(LabError):
    """The bench cannot be used now (away, refused, died in the middle). Trying later may help."""


class HostKeyChanged(BenchLost):
    """Who answers is not who was pinned. Trying again will not help; a person must look."""


class BenchSoiled(LabError):
    """A factor could not be undone: the bench is not what it was, so nothing that follows would be proof."""


class JournalBroken(LabError):
    """The journal cannot be written or read at all."""


class NotEnrolled(LabError):
    """This lab has no usable identity yet."""


class HandInRefused(LabError):
    """The controller answered and said no; the same again will not help."""


class LinkBroken(LabError):
    """The controller could not be reached or went away; trying again later may help."""

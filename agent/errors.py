"""The agent's errors: one root; the class says the kind, attributes carry the facts.

Commands print `str(error)` as one line for people and leave with `exit_code`.
"""

from collections.abc import Mapping


class AgentError(Exception):
    """Something the agent can explain. Exit code 1 unless a subclass says otherwise."""

    exit_code = 1


class UsageError(AgentError):
    """The command line itself is wrong."""

    exit_code = 2


class ConfigError(AgentError):
    """The configuration cannot be used. `faults`: (key path, what is wrong and the way out), all at once.

    `lines`: where in the file a path stands, as far as that is known.
    """

    exit_code = 2

    def __init__(
        self, source: str, faults: tuple[tuple[str, str], ...], lines: Mapping[str, int] | None = None
    ) -> None:
        self.source = source
        self.faults = faults
        self.lines = dict(lines or {})
        super().__init__(f"{source}: {'; '.join(self._told(*fault) for fault in faults)}")

    def _told(self, path: str, reason: str) -> str:
        if not path:
            return reason
        return f"line {self.lines[path]}, {path}: {reason}" if path in self.lines else f"{path}: {reason}"


class NotEnrolled(AgentError):
    """This machine has no usable identity yet."""


class EnrolmentRefused(AgentError):
    """The controller answered and said no; trying the same again will not help."""


class LinkBroken(AgentError):
    """The controller could not be reached or went away; trying again later may help."""


class SpoolFull(AgentError):
    """No room for this record even after giving up what may be given up."""


class OutOfTime(AgentError):
    """It did not end within what it may take, or was ended; later, on a machine less busy, it may."""

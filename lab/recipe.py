"""A recipe: how to make a problem happen, and how to tell that it did (docs/lab.md).

Pure: what a TOML file means once `recipe_reading` has checked it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class OracleKind(Enum):
    """What tells the symptom."""

    EXIT_STATUS = "exit_status"
    PATTERN = "pattern"
    TIME = "time"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Step:
    """`run` is an argument vector, never a shell line. `timeout_s` in seconds; `folder` on the bench.

    A step that ends with another status than 0 makes the attempt inconclusive, unless it `may_fail` or the
    oracle looks at it.
    """

    name: str
    run: tuple[str, ...]
    timeout_s: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: str | None = None
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Oracle:
    """`step`: the name of the step it looks at (not for a script).

    exit_status: `equals` or `differs_from`. pattern: a regular expression in the step's output, found when
    `present`, absent otherwise. time: `longer_than_s` or `shorter_than_s`. script: `run` on the bench after
    the steps; status 0 says the symptom is there, 1 that it is not, anything else that it cannot tell.
    """

    kind: OracleKind
    step: str = ""
    equals: int | None = None
    differs_from: int | None = None
    pattern: str = ""
    present: bool = True
    longer_than_s: float | None = None
    shorter_than_s: float | None = None
    run: tuple[str, ...] = ()
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that may be the cause: `apply` puts it on the bench, `undo` takes it off again."""

    name: str
    apply: tuple[str, ...]
    undo: tuple[str, ...]
    timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one attempt: seconds of all steps together, bytes that its programs may write."""

    attempt_s: float = 600.0
    output_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recipe:
    """`symptom` is what is expected to be seen, in words. `sha256` (hex) is of the file's bytes, `text`."""

    name: str
    symptom: str
    steps: tuple[Step, ...]
    oracle: Oracle
    text: bytes
    sha256: str
    case: str = ""
    bench: str = "local"
    repeats: int = 1
    limits: Limits = Limits()
    factors: tuple[Factor, ...] = ()

    def factor(self, name: str) -> Factor | None:
        """The factor of that name."""
        return next((factor for factor in self.factors if factor.name == name), None)

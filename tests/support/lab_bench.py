"""A lab for tests: a folder of its own, a bench that says what the test tells it, seams that stand still."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.attempt import Attempt
from lab.disk import OsDisk
from lab.errors import BenchLost
from lab.journal import Journal
from lab.processes import Ended
from lab.recipe import Recipe
from lab.recipe_reading import read_recipe
from lab.running import Plan, Session

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class StandingClock:
    """Moves only when somebody sleeps or a scripted program takes its time."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.passed_s += max(0.0, seconds)


class CountingChance:
    """Ids that count up; each lab of a test has its own first digits."""

    def __init__(self, first: int = 1) -> None:
        self._next = first << 64

    def uuid4(self) -> str:
        self._next += 1
        text = f"{self._next:032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def token_bytes(self, count: int) -> bytes:
        return b"s" * count


@dataclass
class Scripted:
    """What a program of that name does: an end, what it writes, how long it takes, or the bench's loss."""

    ended: Ended = field(default_factory=lambda: Ended(0))
    output: bytes = b""
    took_s: float = 0.1
    lost: BenchLost | None = None
    interrupt: bool = False


class ScriptedBench:
    """Programs by their first word; each call takes the next of its script, the last one stays. What is not
    scripted is missing, so that a manifest is all gaps."""

    name = "local"

    def __init__(self, clock: StandingClock, **programs: list[Scripted]) -> None:
        self.clock = clock
        self.programs = {name: deque(script) for name, script in programs.items()}
        self.ran: list[tuple[str, ...]] = []
        self.openings: deque[BenchLost | None] = deque()

    def open(self) -> None:
        failure = self.openings.popleft() if self.openings else None
        if failure is not None:
            raise failure

    def close(self) -> None:
        pass

    def run(
        self,
        argv: Sequence[str],
        timeout_s: float,
        output_bytes: int,
        on_output: Callable[[bytes], None],
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ended:
        script = self.programs.get(argv[0])
        if script is None:
            return Ended(None, reason="No such file or directory")
        self.ran.append(tuple(argv))
        now = script.popleft() if len(script) > 1 else script[0]
        self.clock.sleep(now.took_s)
        on_output(now.output)
        if now.interrupt:
            raise KeyboardInterrupt
        if now.lost is not None:
            raise now.lost
        return now.ended


class Lab:
    """Runs recipes on a scripted bench and keeps the journal in `folder`."""

    def __init__(self, folder: Path, first_id: int = 1) -> None:
        self.journal = Journal(OsDisk(), folder)
        self.clock = StandingClock()
        self.chance = CountingChance(first_id)
        self.made: list[Attempt] = []

    def run(self, recipe: Recipe, bench: ScriptedBench, plan: Plan | None = None) -> list[Attempt]:
        """The attempts of this call; `made` has them too when it raises."""
        session = Session(recipe, bench, self.journal, self.clock, self.chance, "ana@bench")
        run, before = session.begin(plan or Plan(recipe.repeats, recipe.case))
        self.made = []
        session.go(run, len(before), self.made.append)
        return self.made


def recipe(text: str) -> Recipe:
    """A recipe with a name and a symptom, whatever else `text` says."""
    return read_recipe(f'name = "try"\nsymptom = "it fails"\n{text}'.encode(), "recipe.toml")

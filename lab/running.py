"""A recipe's run: as many attempts as it asks for, gone on with where it was broken off."""

from collections.abc import Callable
from dataclasses import dataclass

from evidence.redact import Redactor
from lab.attempt import Attempt
from lab.bench.bench import Bench
from lab.chance import Chance
from lab.clock import Clock
from lab.errors import BenchLost, BenchSoiled, HostKeyChanged, UsageError
from lab.journal import Journal, Run
from lab.manifest import manifest
from lab.recipe import Recipe
from lab.trial import Trial

_REOPENINGS = 3
_REOPEN_PAUSE_S = 2.0
_UNDO_OUTPUT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for; `fresh` begins anew although a run like this was broken off."""

    repeats: int
    case: str = ""
    factors: tuple[str, ...] = ()
    fresh: bool = False


class Session:
    """`begin`, then `go`. `run` and `done` hold after `begin`."""

    def __init__(
        self,
        recipe: Recipe,
        bench: Bench,
        journal: Journal,
        clock: Clock,
        chance: Chance,
        by: str,
        on_step: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._recipe = recipe
        self._bench = bench
        self._journal = journal
        self._clock = clock
        self._chance = chance
        self._on_step = on_step
        self._trial = Trial(recipe, bench, journal, clock, chance, by, on_step)

    def begin(self, plan: Plan) -> tuple[Run, list[Attempt]]:
        """The run, and what was done of it before. Raises UsageError for a factor the recipe has not."""
        for name in plan.factors:
            if self._recipe.factor(name) is None:
                known = ", ".join(factor.name for factor in self._recipe.factors) or "none"
                raise UsageError(f"the recipe has no factor {name[:60]!r}; it has: {known}")
        record = self._journal.read()
        run = Run(
            self._chance.uuid4(), self._recipe.name, self._recipe.sha256, self._bench.name, plan.case,
            plan.factors, plan.repeats,
        )  # fmt: skip
        before = None if plan.fresh else record.unfinished(run.key)
        if before is not None:
            return before, record.of_run(before.id)
        self._journal.begin(run)
        return run, []

    def go(self, run: Run, done: int, on_attempt: Callable[[Attempt], None]) -> None:
        """The attempts that are left. A bench that is lost costs one attempt; when it cannot be opened again
        the rest waits for the next `go`.

        Raises BenchLost, BenchSoiled; Ctrl-C passes through with everything before it kept.
        """
        for number in range(done + 1, run.planned + 1):
            paid = self._trial.lost
            try:
                self._open()
            except BenchLost as lost:
                if not paid:
                    # Tried and failed: that is an attempt too, and its record says why.
                    on_attempt(self._trial.attempt(run, number, lost))
                raise
            on_attempt(self._trial.attempt(run, number))

    def close(self) -> None:
        self._bench.close()

    def _open(self) -> None:
        for left in range(_REOPENINGS - 1, -1, -1):
            try:
                self._bench.open()
                break
            except HostKeyChanged:
                raise
            except BenchLost:
                if not left or not self._trial.lost:
                    raise
                self._clock.sleep(_REOPEN_PAUSE_S)
        if self._trial.lost or self._trial.environment is None:
            # It may have been started anew meanwhile, as something else.
            self._undo_leftovers()
            self._on_step("manifest")
            redactor = Redactor(self._chance.token_bytes(32))
            self._trial.environment = manifest(self._bench, self._clock, redactor)
            self._trial.lost = False

    def _undo_leftovers(self) -> None:
        """What a crash left on the bench comes off before anything is tried."""
        left = [one for one in self._journal.read().applied if one.bench == self._bench.name]
        for one in reversed(left):
            self._on_step(f"- {one.factor}")
            ended = self._bench.run(one.undo, one.timeout_s, _UNDO_OUTPUT_BYTES, lambda _: None)
            if ended.status != 0:
                raise BenchSoiled(
                    f"factor {one.factor!r} was left on {self._bench.name} by a run that was broken off, and "
                    "cannot be taken off; put the bench right by hand, then `vigia-lab bench clean`"
                )
            self._journal.undone(self._bench.name, one.factor)

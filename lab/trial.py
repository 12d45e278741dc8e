"""One attempt from beginning to end: factors on, steps, the oracle's word, factors off, and its record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from evidence.environment import Environment, environment_to_json
from evidence.redact import Redactor
from evidence.transcript import TranscriptWriter, masked_text, redacted, transcript_to_asciicast
from lab.attempt import Attempt, File, Origin, Verdict
from lab.bench.bench import Bench
from lab.chance import Chance
from lab.clock import Clock
from lab.errors import BenchLost, BenchSoiled
from lab.journal import Applied, Journal, Run
from lab.oracle import Outcome, Sight, judge, judge_script, obstacle
from lab.processes import Ended
from lab.recipe import Factor, OracleKind, Recipe

_LEAST_S = 0.05


@dataclass(slots=True)
class _Scene:
    """What one attempt has gathered so far."""

    writer: TranscriptWriter
    began_s: float
    left_bytes: int
    outcomes: list[Outcome] = field(default_factory=list)


class Trial:
    """Makes attempts of one recipe on one bench. The environment is the bench's when it was last opened."""

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
        self._by = by
        self._on_step = on_step
        self.environment: Environment | None = None
        self.lost = False

    def attempt(self, run: Run, number: int, lost: BenchLost | None = None) -> Attempt:
        """Written to the journal before it is returned. Whatever happens, the factors are off again.

        A bench that goes away makes it inconclusive. Raises BenchSoiled after the record is kept; an attempt
        that is broken off by Ctrl-C is not recorded. `lost`: why nothing can be tried at all.
        """
        started_at = self._clock.now()
        title = f"{self._recipe.name} on {self._bench.name}, {number} of {run.planned}"
        scene = _Scene(
            TranscriptWriter(started_at, title), self._clock.monotonic(), self._recipe.limits.output_bytes
        )
        factors = [factor for name in run.factors if (factor := self._recipe.factor(name))]
        soiled: BenchSoiled | None = None
        try:
            if lost is not None:
                raise lost
            sight = self._tried(scene, factors)
        except BenchLost as error:
            self.lost = True
            sight = Sight(Verdict.INCONCLUSIVE, "the bench was lost", str(error))
        finally:
            # Also after Ctrl-C: what was put on comes off.
            try:
                self._take_off(scene, factors)
            except BenchSoiled as error:
                soiled = error
        self._say(scene, f"{sight.verdict.value}: {sight.seen} ({sight.reason})")
        made = self._recorded(scene, run, number, sight)
        if soiled is not None:
            raise soiled
        return made

    def _tried(self, scene: _Scene, factors: Sequence[Factor]) -> Sight:
        for factor in factors:
            self._on_step(f"+ {factor.name}")
            self._journal.apply(Applied(self._bench.name, factor.name, factor.undo, factor.timeout_s))
            ended = self._program(scene, f"apply {factor.name}", factor.apply, factor.timeout_s)
            if ended.status != 0:
                return Sight(
                    Verdict.INCONCLUSIVE, "nothing was tried", f"factor {factor.name!r} could not be applied"
                )
        for step in self._recipe.steps:
            outcome = self._step(scene, len(scene.outcomes))
            scene.outcomes.append(outcome)
            stop = obstacle(self._recipe, outcome)
            if stop is not None:
                return stop
            if self._left_s(scene) <= _LEAST_S and step is not self._recipe.steps[-1]:
                limit_s = self._recipe.limits.attempt_s
                return Sight(
                    Verdict.INCONCLUSIVE,
                    f"the time was up after step {step.name!r}",
                    f"limits.attempt_s is {limit_s:g}",
                )
        oracle = self._recipe.oracle
        if oracle.kind is not OracleKind.SCRIPT:
            return judge(oracle, scene.outcomes)
        return judge_script(self._program(scene, "oracle", oracle.run, oracle.timeout_s))

    def _step(self, scene: _Scene, position: int) -> Outcome:
        step = self._recipe.steps[position]
        self._on_step(step.name)
        chunks: list[bytes] = []
        began_s = self._clock.monotonic()
        timeout_s = max(_LEAST_S, min(step.timeout_s, self._left_s(scene)))
        ended = self._program(scene, step.name, step.run, timeout_s, chunks, step.environment, step.folder)
        took_s = self._clock.monotonic() - began_s
        return Outcome(step, ended, took_s, b"".join(chunks).decode("utf-8", "replace"))

    def _program(
        self,
        scene: _Scene,
        label: str,
        argv: Sequence[str],
        timeout_s: float,
        chunks: list[bytes] | None = None,
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ended:
        scene.writer.mark(self._at_s(scene), label)
        self._say(scene, f"$ {' '.join(argv)}")

        def heard(data: bytes) -> None:
            scene.writer.output(self._at_s(scene), data)
            if chunks is not None:
                chunks.append(data)
            scene.left_bytes -= len(data)

        ended = self._bench.run(argv, timeout_s, max(0, scene.left_bytes), heard, environment, folder)
        if ended.reason:
            self._say(scene, f"-- {ended.reason}")
        elif ended.status != 0:
            self._say(scene, f"-- {'ended at a limit' if ended.status is None else f'status {ended.status}'}")
        return ended

    def _take_off(self, scene: _Scene, factors: Sequence[Factor]) -> None:
        """In reverse order; those that were never put on are not asked to come off."""
        if not factors:
            return
        pending = {one.factor for one in self._journal.read().applied if one.bench == self._bench.name}
        for factor in reversed([factor for factor in factors if factor.name in pending]):
            self._on_step(f"- {factor.name}")
            scene.left_bytes = max(scene.left_bytes, 64 * 1024)
            try:
                ended = self._program(scene, f"undo {factor.name}", factor.undo, factor.timeout_s)
                fault = "" if ended.status == 0 else ended.reason or f"its undo ended with {ended.status}"
            except BenchLost as lost:
                fault = str(lost)
            if fault:
                raise BenchSoiled(
                    f"factor {factor.name!r} could not be taken off {self._bench.name}: {fault}; put the "
                    "bench right, then run again: the undo is tried first"
                )
            self._journal.undone(self._bench.name, factor.name)

    def _recorded(self, scene: _Scene, run: Run, number: int, sight: Sight) -> Attempt:
        """Texts and files redacted together, so that a secret known from one is masked in all."""
        redactor = Redactor(self._chance.token_bytes(32))
        transcript, counts = redacted(scene.writer.finish(), redactor)
        recipe = redactor.redact("recipe.toml", self._recipe.text).data
        files = [("transcript.cast", transcript_to_asciicast(transcript)), ("recipe.toml", recipe)]
        if self.environment is not None:
            files.append(("environment.json", environment_to_json(self.environment)))
        made = Attempt(
            id=self._chance.uuid4(),
            run_id=run.id,
            number=number,
            planned=run.planned,
            case=run.case,
            origin=Origin.RECIPE,
            recipe=self._recipe.name,
            recipe_sha256=self._recipe.sha256,
            bench=self._bench.name,
            factors=run.factors,
            started_at=scene.writer.finish().started_at,
            finished_at=self._clock.now(),
            expected=masked_text(self._recipe.symptom, redactor),
            seen=masked_text(sight.seen, redactor)[:2_000],
            verdict=sight.verdict,
            reason=masked_text(sight.reason, redactor)[:2_000],
            by=self._by,
            files=tuple(File(name, self._journal.keep(data), len(data)) for name, data in files if data),
            redactions=counts,
        )
        self._journal.add(made)
        return made

    def _say(self, scene: _Scene, line: str) -> None:
        scene.writer.say(self._at_s(scene), line)

    def _at_s(self, scene: _Scene) -> float:
        return self._clock.monotonic() - scene.began_s

    def _left_s(self, scene: _Scene) -> float:
        return self._recipe.limits.attempt_s - self._at_s(scene)

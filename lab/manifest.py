"""Making an environment manifest of a bench: each probe is asked, what fails leaves a gap."""

from collections.abc import Callable

from evidence.environment import FACTS_MAX, Environment, Fact
from evidence.redact import Redactor
from lab.bench.bench import Bench
from lab.clock import Clock
from lab.probes import PACKAGE_PROBES, PROBES, Probe

PROBE_S = 20.0
OUTPUT_BYTES = 4 * 1024 * 1024


def manifest(
    bench: Bench, clock: Clock, redactor: Redactor, on_probe: Callable[[str], None] = lambda _: None
) -> Environment:
    """What the bench is made of now, its values redacted. Raises BenchLost."""
    facts: dict[str, Fact] = {}
    gaps: dict[str, str] = {}
    taken_at = clock.now()
    for probe in PROBES:
        on_probe(probe.covers)
        _ask(bench, probe, facts, gaps)
    on_probe("package")
    for probe in PACKAGE_PROBES:
        gaps.pop("package", None)
        if _ask(bench, probe, facts, gaps):
            break
    host = "".join(_output(bench, ("uname", "-n"))[0].split())[:255]
    return Environment(host, taken_at, _redacted(facts, redactor), gaps)


def _ask(bench: Bench, probe: Probe, facts: dict[str, Fact], gaps: dict[str, str]) -> bool:
    text, fault = _output(bench, probe.run)
    if fault:
        gaps[probe.covers] = f"{probe.run[0]}: {fault}"
        return False
    for factor, fact in probe.read(text):
        if fact.value and len(facts) < FACTS_MAX:
            facts[factor] = fact
    return True


def _output(bench: Bench, argv: tuple[str, ...]) -> tuple[str, str]:
    """What it wrote, and what was wrong (empty when nothing)."""
    chunks: list[bytes] = []
    ended = bench.run(
        argv, PROBE_S, OUTPUT_BYTES, chunks.append, {"LC_ALL": "C.UTF-8"} if argv != ("locale",) else None
    )
    text = b"".join(chunks).decode("utf-8", "replace")
    if ended.reason:
        return text, ended.reason
    if ended.timed_out or ended.too_long:
        return text, "was ended at its limit"
    # find says 1 for one unreadable file among many; what it found is good.
    if ended.status != 0 and not (argv[0] in ("find", "df", "sysctl") and text.strip()):
        last = "".join(text.strip().splitlines()[-1:])[:200]
        return text, f"ended with status {ended.status}{last and f': {last}'}"
    return text, ""


def _redacted(facts: dict[str, Fact], redactor: Redactor) -> dict[str, Fact]:
    """Looked at as lines of `factor=value`: labels tell secrets."""
    names = list(facts)
    lines = [f"{name}={' '.join(facts[name].value.split())}" for name in names]
    clean = redactor.redact("environment.conf", "\n".join(lines).encode()).data.decode().split("\n")
    if len(clean) != len(names):
        # A secret that spans facts: nobody can say which fact is whose any more.
        clean = [
            redactor.redact("environment.conf", line.encode()).data.decode().replace("\n", " ")
            for line in lines
        ]
    return {
        name: Fact(line.partition("=")[2], facts[name].kind) for name, line in zip(names, clean, strict=True)
    }

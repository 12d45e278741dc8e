"""What import-linter cannot say: who reads the clock, rolls dice or starts programs, what comes from outside.

Each program has one file for each of these acts; all others take the seam as an argument, so that a test can
jump to the next deadline. Names are followed through ``import ... as``; nothing is executed.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

PROGRAMS = ("agent", "controller", "evidence", "lab")


@dataclass(frozen=True)
class Act:
    """Something only ``doors`` (paths) may do; ``names`` are dotted patterns, ``x.*`` is the whole module."""

    fence: str
    doors: tuple[str, ...]
    names: tuple[str, ...]
    way_out: str


@dataclass(frozen=True)
class Breach:
    """One line that does what its file may not."""

    fence: str
    path: str
    line: int
    what: str
    way_out: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}: {self.fence}; {self.way_out}"


ACTS = (
    Act(
        "only the clock's own file reads the time or waits",
        ("controller/core/clock.py", "agent/clock.py", "lab/clock.py"),
        (
            "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
            "datetime.date.today", "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns",
            "time.perf_counter", "time.perf_counter_ns", "time.sleep", "asyncio.sleep",
        ),
        "take a clock as an argument",
    ),
    Act(
        "only the file of chance is unpredictable",
        ("controller/core/chance.py", "agent/chance.py", "lab/chance.py"),
        ("random.*", "secrets.*", "uuid.uuid1", "uuid.uuid4", "os.urandom"),
        "take chance as an argument",
    ),
    Act(
        "only processes.py starts programs",
        ("controller/processes.py", "agent/processes.py", "lab/processes.py"),
        (
            "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell", "asyncio.subprocess.*",
            "subprocess.*", "os.system", "os.popen", "os.fork", "os.forkpty", "os.spawn*", "os.posix_spawn*",
            "os.exec*", "pty.*",
        ),
        "ask the program's processes.py",
    ),
    Act(
        "programs never lean on their tests",
        (),
        ("tests.*", "bench.*"),
        "move what both need into the program",
    ),
)  # fmt: skip

# What may be imported at all; a program that is not named here may import what its extra brings.
SUPPLIES = {
    "evidence": frozenset({"evidence"}),
    "agent": frozenset({"agent", "evidence", "protos", "google", "grpc", "psutil", "cryptography"}),
}


def breaches(root: Path) -> list[Breach]:
    """Return every breach in the programs under ``root``, in order of path and line."""
    paths = sorted(path for program in PROGRAMS for path in (root / program).rglob("*.py"))
    return [breach for path in paths for breach in judge(path.relative_to(root).as_posix(), path.read_text())]


def judge(path: str, source: str) -> list[Breach]:
    """Return the breaches of one file; ``path`` is relative to the repository's root, with slashes."""
    tree = ast.parse(source, path)
    found = set(_acts(path, tree)) | set(_strangers(path, tree))
    return sorted(found, key=lambda breach: (breach.line, breach.what))


def _acts(path: str, tree: ast.Module) -> Iterator[Breach]:
    watched = [act for act in ACTS if not any(fnmatchcase(path, door) for door in act.doors)]
    for line, name in _names(tree):
        for act in watched:
            if any(fnmatchcase(name, pattern) or f"{name}.*" == pattern for pattern in act.names):
                yield Breach(act.fence, path, line, name, act.way_out)


def _strangers(path: str, tree: ast.Module) -> Iterator[Breach]:
    program = path.split("/", 1)[0]
    supplies = SUPPLIES.get(program)
    if supplies is None:
        return
    for line, name in _imports(tree):
        top = name.split(".", 1)[0]
        if top not in supplies and top not in sys.stdlib_module_names:
            fence = f"{program} imports only the standard library and {', '.join(sorted(supplies))}"
            yield Breach(fence, path, line, name, "do without it, or change house.md first")


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each imported or used name with its line, spelled from its top module on."""
    alias: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                alias[item.asname or item.name.split(".")[0]] = (
                    item.name if item.asname else item.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for item in node.names:
                alias[item.asname or item.name] = f"{node.module}.{item.name}"
    yield from _imports(tree)
    harmless = {
        id(call.func) for call in ast.walk(tree) if isinstance(call, ast.Call) and _waits_for_nothing(call)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in harmless:
            words = _words(node)
            if words and words[0] in alias:
                yield node.lineno, ".".join([alias[words[0]], *words[1:]])


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, item.name) for item in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.lineno, f"{node.module}.{item.name}") for item in node.names)


def _words(node: ast.expr) -> list[str]:
    """Spell ``a.b.c`` as its words; anything else (a call, an index) has no name."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        before = _words(node.value)
        return [*before, node.attr] if before else []
    return []


def _waits_for_nothing(call: ast.Call) -> bool:
    """Tell ``sleep(0)``, which only lets others have a turn and reads no clock."""
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0

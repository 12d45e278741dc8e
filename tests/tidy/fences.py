"""Run all fences: ``.importlinter`` through import-linter, and ``acts.py``. ``python -m tests.tidy.fences``.

import-linter refuses names of modules that do not exist. Ours name rooms to come, so what is not built yet is
left out of a temporary copy of the configuration; ``Verdict.left_out`` says what, and a test sees that in a
house with every room nothing is.
"""

import configparser
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.tidy.acts import Breach, breaches

ROOT = Path(__file__).resolve().parents[2]
LISTS_OF_OUR_MODULES = ("root_packages", "source_modules", "forbidden_modules", "containers")


@dataclass(frozen=True)
class Verdict:
    """What both checkers said; ``imports_report`` is import-linter's own text."""

    imports_kept: bool
    imports_report: str
    left_out: frozenset[str]
    acts: tuple[Breach, ...]

    @property
    def kept(self) -> bool:
        """Whether every fence stands."""
        return self.imports_kept and not self.acts


def inspect(root: Path = ROOT, configuration: Path = ROOT / ".importlinter") -> Verdict:
    """Hold the tree under ``root`` against the fences."""
    fences, left_out = _of_what_is_built(root, configuration)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / ".importlinter"
        with copy.open("w", encoding="utf-8") as lines:
            fences.write(lines)
        linter = Path(sys.executable).with_name("lint-imports")
        ran = subprocess.run(
            [linter, "--config", copy, "--no-cache", "--no-logo"], cwd=root, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Verdict(ran.returncode == 0, ran.stdout, left_out, tuple(breaches(root)))


def _of_what_is_built(root: Path, configuration: Path) -> tuple[configparser.ConfigParser, frozenset[str]]:
    fences = configparser.ConfigParser()
    fences.read_string(configuration.read_text(encoding="utf-8"))
    ours = set(fences["importlinter"]["root_packages"].split())
    left_out: set[str] = set()
    for section in fences.values():
        for key in LISTS_OF_OUR_MODULES:
            names = section.get(key, "").split()
            missing = {name for name in names if name.split(".")[0] in ours and not _stands(root, name)}
            left_out |= missing
            if missing:
                section[key] = "\n" + "\n".join(name for name in names if name not in missing)
    for title in fences.sections():
        # A wing without a room has nothing to be blind to yet.
        if any(fences[title].get(key) == "\n" for key in LISTS_OF_OUR_MODULES):
            fences.remove_section(title)
    return fences, frozenset(left_out)


def _stands(root: Path, name: str) -> bool:
    place = root.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def main() -> int:
    """Print both reports; 0 when every fence stands."""
    verdict = inspect()
    print(verdict.imports_report.strip())
    print(
        "\n".join(str(breach) for breach in verdict.acts)
        or "Acts: clock, chance, processes and supplies kept."
    )
    return 0 if verdict.kept else 1


if __name__ == "__main__":
    sys.exit(main())

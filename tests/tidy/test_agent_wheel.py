"""The customer's wheel, installed in an empty place, brings four packages and nothing of ours but itself."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tidy.written import ROOT

pytestmark = pytest.mark.slow
EXPECTED = {"cryptography", "grpcio", "protobuf", "psutil", "vigia-agent"}
DRAWN_IN = {"cffi", "pycparser", "typing-extensions"}  # by cryptography and grpcio
UNREACHABLE = ("error sending request", "Failed to fetch", "client error (Connect)", "dns error", "timed out")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and what it asked for, at the versions of the customer's lock."""
    uv = Path(sys.executable).with_name("uv")
    program = str(uv) if uv.is_file() else shutil.which("uv")
    if program is None:
        pytest.skip("no uv beside this Python: make setup brings it")
    folder = tmp_path_factory.mktemp("customer")
    _run([sys.executable, "hatch_build.py", "stubs"])
    _run([
        program, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "packaging/agent",
        "-o", str(folder),
    ])  # fmt: skip
    _run([program, "venv", "--python", sys.executable, str(folder / "venv")])
    (wheel,) = folder.glob("vigia_agent-*.whl")
    installed = _run([
        program, "pip", "install", "--python", str(folder / "venv/bin/python"),
        "--constraint", "requirements/agent.txt", str(wheel),
    ], check=False)  # fmt: skip
    if installed.returncode != 0 and any(sign in installed.stderr for sign in UNREACHABLE):
        pytest.skip(f"the package registry cannot be reached: {installed.stderr.strip().splitlines()[-1]}")
    assert installed.returncode == 0, installed.stderr
    return folder / "venv"


def test_it_brings_four_packages_and_nothing_else(place: Path) -> None:
    said = _python(
        place, "import importlib.metadata as m; print(*(d.name.lower() for d in m.distributions()))"
    )
    brought = {name.replace("_", "-") for name in said.stdout.split()}
    assert brought >= EXPECTED
    assert brought - EXPECTED <= DRAWN_IN


@pytest.mark.parametrize("module", ["agent", "evidence", "protos.vigia.v1.agent_pb2_grpc"])
def test_the_agent_is_there(place: Path, module: str) -> None:
    assert _python(place, f"import {module}").returncode == 0


@pytest.mark.parametrize("module", ["controller", "lab", "tests", "sqlalchemy", "paramiko", "fastapi"])
def test_nothing_of_the_controller_comes_along(place: Path, module: str) -> None:
    refused = _python(place, f"import {module}", check=False)
    assert refused.returncode != 0
    assert "ModuleNotFoundError" in refused.stderr


def test_it_sees_its_machine_at_once(place: Path) -> None:
    """Nothing but the wheel is there, and `once` tells of processor, memory and room."""
    seen = _run([str(place / "bin/vigia-agent"), "once", "--json"], folder=place)
    told = {one["collector"]: one for one in json.loads(seen.stdout)}
    assert all(told[name]["metrics"] for name in ("cpu", "memory", "disks"))


def test_the_agents_command_is_there_and_its_version_is_ours(place: Path) -> None:
    assert (place / "bin/vigia-agent").is_file()
    ours = _python(place, "import importlib.metadata as m; print(m.version('vigia-agent'))").stdout.strip()
    assert f'\nversion = "{ours}"\n' in (ROOT / "pyproject.toml").read_text()


def _python(place: Path, code: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    # Away from the repository, or its folders would be imported from here.
    return _run([str(place / "bin/python"), "-I", "-c", code], check=check, folder=place)


def _run(command: list[str], check: bool = True, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    ran = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert not check or ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
    return ran

"""The fences stand around the real house, and each was tried: a breach planted in a small copy is caught."""

from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.tidy.acts import judge
from tests.tidy.fences import ROOT, Verdict, inspect

# Every file that the fences speak of, lab and rooms to come included, said here a second time on purpose: a
# misspelt name in the configuration would be "not built yet" for ever.
ROOMS = """
    cli app demo rpc web flow ticker reports knowledge broadcasts requests escalation problems sla
    reproductions diagnostics access incidents detection fleet people notify timers audit blobs words storage
    config processes core
""".split()
HOUSE = {
    **{f"controller/{room}/__init__.py": "" for room in ROOMS},
    **{f"{program}/__init__.py": "" for program in ("agent", "controller", "evidence", "lab")},
    "agent/link.py": "import grpc\nfrom protos.vigia.v1 import agent_pb2",
    "agent/wire.py": "from protos.vigia.v1 import agent_pb2",
    "agent/processes.py": "import subprocess",
    "agent/collectors/__init__.py": "",
    "agent/collectors/cpu.py": "import psutil",
    "agent/diagnostics/__init__.py": "",
    "agent/diagnostics/disks.py": "import psutil",
    "controller/core/clock.py": "import datetime\nnow = datetime.datetime.now",
    "controller/access/ssh.py": "import paramiko",
    "controller/fleet/store.py": "import sqlalchemy",
    "controller/storage/engine.py": "import sqlalchemy.ext.asyncio\nimport alembic",
    "controller/rpc/agents.py": "import grpc\nfrom protos.vigia.v1 import agent_pb2_grpc",
    "controller/escalation/ladder.py": "import controller.sla",
    "lab/bench/__init__.py": "",
    "lab/bench/ssh.py": "import paramiko",
    "lab/link.py": "import grpc",
    "lab/wire.py": "from protos.vigia.v1 import agent_pb2",
    "lab/processes.py": "import subprocess",
    "protos/__init__.py": "",
    "protos/vigia/__init__.py": "",
    "protos/vigia/v1/__init__.py": "",
    "protos/vigia/v1/agent_pb2.py": "",
    "protos/vigia/v1/agent_pb2_grpc.py": "import grpc",
}

# contract -> files that break it, each with the import that import-linter must name
IMPORT_BREACHES = {
    "Three programs, one street": {
        "agent/friend.py": "controller.fleet",
        "controller/rpc/shortcut.py": "agent.link",
        "lab/borrowed.py": "agent.wire",
        "evidence/chatty.py": "protos.vigia.v1.agent_pb2",
    },
    "The floors of the controller": {
        "controller/fleet/forward.py": "controller.incidents",
        "controller/core/upstairs.py": "controller.storage",
        "controller/incidents/eager.py": "controller.sla",
        "controller/sla/sideways.py": "controller.reproductions",
        "controller/web/neighbour.py": "controller.rpc",
        "controller/people/dispatch.py": "controller.flow",
    },
    "The clock wing is blind to the cause wing": {
        "controller/sla/curious.py": "controller.diagnostics",
        "controller/escalation/curious.py": "controller.reproductions",
    },
    "The cause wing is blind to the clock wing": {
        "controller/problems/hurried.py": "controller.sla",
    },
    "SQLAlchemy only in store files and in storage": {
        "controller/fleet/machine.py": "sqlalchemy",
        "controller/app/tables.py": "alembic",
        "agent/ledger.py": "sqlalchemy",
    },
    "gRPC only in link and rpc": {
        "agent/identity.py": "grpc",
        "controller/ticker/alive.py": "grpc",
        "lab/journal.py": "grpc",
    },
    "Stubs only in wire, link and rpc": {
        "agent/recorder.py": "protos.vigia.v1.agent_pb2",
        "controller/detection/raw.py": "protos.vigia.v1.agent_pb2",
    },
    "paramiko only behind its doors": {"controller/access/visit.py": "paramiko", "lab/recipe.py": "paramiko"},
    "psutil only in collectors and diagnostics": {
        "agent/spool.py": "psutil",
        "controller/ticker/load.py": "psutil",
    },
    "subprocess only in one file of each program": {
        "agent/collectors/raid.py": "subprocess",
        "controller/demo/start.py": "subprocess",
    },
}

CLOCK = "only the clock's own file reads the time or waits"
CHANCE = "only the file of chance is unpredictable"
PROCESSES = "only processes.py starts programs"
ACT_BREACHES = [
    ("controller/sla/clock.py", "from datetime import datetime, UTC\nat = datetime.now(UTC)", CLOCK),
    ("controller/core/ids.py", "import datetime as dt\nat = dt.datetime.utcnow()", CLOCK),
    ("agent/schedule.py", "import time\nat = time.time()", CLOCK),
    ("agent/schedule.py", "from time import monotonic", CLOCK),
    ("agent/collectors/clock.py", "import time as t\nt.sleep(1)", CLOCK),
    ("controller/ticker.py", "import asyncio\nasync def tick():\n    await asyncio.sleep(5)", CLOCK),
    ("evidence/manifest.py", "from datetime import date\nmade = date.today", CLOCK),
    ("controller/fleet/token.py", "import secrets", CHANCE),
    ("agent/link.py", "from random import uniform", CHANCE),
    ("controller/incidents/case.py", "import uuid\nfresh = dict(default_factory=uuid.uuid4)", CHANCE),
    ("evidence/bundle.py", "import os\nsalt = os.urandom(8)", CHANCE),
    ("agent/diagnostics/units.py", "import asyncio\nrun = asyncio.create_subprocess_exec", PROCESSES),
    ("controller/notify/channels/shell.py", "from os import system", PROCESSES),
    ("agent/access/shell.py", "import pty", PROCESSES),
    ("controller/app.py", "from tests.support import clocks", "programs never lean on their tests"),
    ("evidence/redact/fast.py", "import regex", "evidence imports only the standard library and evidence"),
    (
        "agent/config.py",
        "def read():\n    import pydantic",
        "agent imports only the standard library and agent",
    ),
]
HARMLESS = [
    ("controller/core/clock.py", "from datetime import datetime\nnow = datetime.now"),
    ("agent/chance.py", "import secrets, random\nuniform = random.uniform"),
    ("agent/processes.py", "import asyncio\nstart = asyncio.create_subprocess_exec"),
    ("controller/sla/clock.py", "from datetime import datetime\ndef due(clock):\n    return clock.now()"),
    ("controller/web/queue.py", "import asyncio\nasync def turn():\n    await asyncio.sleep(0)"),
    ("controller/incidents/store.py", "import time, uuid\nused = time.process_time()\nread = uuid.UUID"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with every room and each door in use, as it is allowed."""
    root = tmp_path_factory.mktemp("house")
    _build(root, HOUSE)
    return root


@pytest.fixture(scope="module")
def broken(house: Path, tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    """The verdict on a house with every breach at once."""
    root = tmp_path_factory.mktemp("broken")
    _build(root, HOUSE)
    for files in IMPORT_BREACHES.values():
        _build(root, {path: f"import {imported}" for path, imported in files.items()})
    return inspect(root)


def test_the_real_house_keeps_every_fence() -> None:
    verdict = inspect()
    assert verdict.imports_kept, verdict.imports_report
    assert not verdict.acts, "\n".join(map(str, verdict.acts))


def test_a_breach_of_every_contract_is_planted() -> None:
    fences = ConfigParser()
    fences.read(ROOT / ".importlinter", encoding="utf-8")
    assert {fences[title]["name"] for title in fences.sections() if ":" in title} == IMPORT_BREACHES.keys()


def test_a_house_with_every_room_and_every_allowed_door_is_kept(house: Path) -> None:
    """Also: the fences name nothing that the finished house lacks."""
    verdict = inspect(house)
    assert verdict.kept, verdict.imports_report + "\n".join(map(str, verdict.acts))
    assert verdict.left_out == set()


@pytest.mark.parametrize(
    ("contract", "path", "imported"),
    [(contract, *breach) for contract, files in IMPORT_BREACHES.items() for breach in files.items()],
)
def test_a_planted_import_is_caught(broken: Verdict, contract: str, path: str, imported: str) -> None:
    importer = path.removesuffix(".py").replace("/", ".")
    assert f"{importer} -> {imported}" in _said_about(contract, broken.imports_report)


def test_a_room_without_a_floor_is_caught(house: Path, tmp_path: Path) -> None:
    """The floors are exhaustive: whoever adds a room says where it stands."""
    _build(tmp_path, {**HOUSE, "controller/attic/__init__.py": ""})
    verdict = inspect(tmp_path)
    assert not verdict.imports_kept
    assert "controller.attic" in _said_about("The floors of the controller", verdict.imports_report)


@pytest.mark.parametrize(("path", "source", "fence"), ACT_BREACHES)
def test_a_planted_act_is_caught(path: str, source: str, fence: str) -> None:
    assert any(breach.fence.startswith(fence) for breach in judge(path, source)), judge(path, source)


@pytest.mark.parametrize(("path", "source"), HARMLESS)
def test_what_only_looks_alike_is_left_alone(path: str, source: str) -> None:
    assert judge(path, source) == []


def _build(root: Path, files: dict[str, str]) -> None:
    for path, source in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"{source}\n")


def _said_about(contract: str, report: str) -> str:
    """The part of import-linter's report under a broken contract's title, which is underlined with dashes."""
    title = f"\n{contract}\n{'-' * len(contract)}\n"
    assert title in report, report
    after = report.split(title, 1)[1]
    others = (f"\n{other}\n{'-' * len(other)}\n" for other in IMPORT_BREACHES if other != contract)
    return after[: min(after.find(other) if other in after else len(after) for other in others)]

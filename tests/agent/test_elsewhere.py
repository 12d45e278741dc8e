"""The agent starts where POSIX is not: nothing that it loads needs a module or a call that Windows lacks.

Played on this machine: `sys.platform` says another system, the modules are not found, the calls are gone.
The file system and the programs stay this machine's own.
"""

import json
import subprocess
import sys

import pytest

PLAYED = """
import asyncio, json, pathlib, shutil, socket, subprocess, sys, tempfile, os, platform, psutil, signal
absent = {"win32": ("fcntl", "pwd", "grp", "resource", "termios", "syslog", "readline"), "darwin": ()}
gone = {
    "win32": ("getuid", "geteuid", "getgid", "uname", "statvfs", "killpg", "getloadavg", "sysconf", "pread",
              "pwrite", "fdatasync", "O_CLOEXEC", "O_NONBLOCK", "O_DIRECTORY", "O_NOFOLLOW", "getpgid",
              "nice", "setsid", "fork", "mkfifo", "chown", "sched_getaffinity"),
    "darwin": ("fdatasync", "sched_getaffinity"),
}
system = sys.argv[1]
import _posixsubprocess  # the child is this machine's own
for name in absent[system]:
    sys.modules[name] = None
for name in gone[system]:
    if hasattr(os, name):
        delattr(os, name)
if system == "win32":
    for name in ("SIGXCPU", "SIGHUP", "SIGUSR1", "SIGQUIT"):
        delattr(signal, name)
sys.platform = system
import agent.app, agent.cli, agent.once, agent.doctor, agent.show, agent.settings, agent.record
import agent.redaction
import agent.coverage.here, agent.inventory.keeping, agent.diagnostics.taking, agent.diagnostics.pull.__main__
import agent.enrolment, agent.link.stream, agent.renewal, agent.spool, agent.recorder.recorder
from agent.collectors import ALL
folder = pathlib.Path(tempfile.mkdtemp())
from agent.disk import OsDisk
disk = OsDisk()
if system == "darwin":
    disk.replace(folder / "kept", b"kept")
print(json.dumps([one.name for one in ALL]))
os.environ["VIGIA_AGENT_DATA"] = str(folder)
sys.exit(agent.cli.main(["once", "--json"]))
"""


@pytest.mark.parametrize(
    ("system", "expected"), [("win32", {"kernel", "units", "raid:spaces"}), ("darwin", {"raid:apple"})]
)
def test_it_loads_and_looks_once(system: str, expected: set[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PLAYED, system], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    names, told = ran.stdout.split("\n", 1)
    assert expected <= set(json.loads(names))
    readings = json.loads(told)
    assert "vigia.memory.available" in told
    # psutil's own way to ask for room is gone with the call that was taken away.
    assert system == "win32" or "system.filesystem.limit" in told
    assert readings

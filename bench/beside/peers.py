"""Other people's agents, as their packages start them: each measuring the same machine, asked every 10 s.

One that is not installed is said to be missing, with the line that installs it. None is left running.
"""

import asyncio
import os
import shutil
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
EVERY_S = 10.0
ITEMS = (
    "system.cpu.util", "system.cpu.load[all,avg1]", "vm.memory.size[pavailable]", "system.uptime",
    "vfs.fs.size[/,pfree]", "vfs.fs.inode[/,pfree]", "vfs.dev.read[,ops]", "vfs.dev.write[,ops]",
    "net.if.in[eth0]", "net.if.out[eth0]", "proc.num[]", "kernel.openfiles",
)  # fmt: skip
ZABBIX = """Server=127.0.0.1
ListenIP=127.0.0.1
ListenPort={port}
Hostname=bench
PidFile={folder}/zabbix.pid
LogFile={folder}/zabbix.log
ControlSocket={folder}/zabbix.sock
PluginSocket={folder}/zabbix-plugin.sock
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """`argv` starts it in the foreground; `ask` is what its server would do every 10 s."""

    name: str
    argv: tuple[str, ...]
    ask: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Not installed here; `line` installs it."""

    name: str
    line: str


def peers(folder: Path) -> list[Peer | Missing]:
    """Those there are, ready to be started; their files go into `folder`."""
    return [_zabbix(folder), _node_exporter(), _glances(folder)]


def _zabbix(folder: Path) -> Peer | Missing:
    program = shutil.which("zabbix_agent2", path=SBIN)
    if program is None:
        return Missing("zabbix-agent2", "apt-get install --no-install-recommends zabbix-agent2")
    port = _free_port()
    config = folder / "zabbix.conf"
    config.write_text(ZABBIX.format(port=port, folder=folder))

    async def ask() -> None:
        for item in ITEMS:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"ZBXD\x01" + struct.pack("<Q", len(item)) + item.encode())
            await reader.read()
            writer.close()

    return Peer("zabbix-agent2", (program, "-c", str(config), "--foreground"), ask)


def _node_exporter() -> Peer | Missing:
    program = shutil.which("prometheus-node-exporter", path=SBIN)
    if program is None:
        line = "apt-get install --no-install-recommends prometheus-node-exporter"
        return Missing("prometheus-node-exporter", line)
    port = _free_port() + 1

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.0\r\nHost: bench\r\n\r\n")
        await reader.read()
        writer.close()

    return Peer("prometheus-node-exporter", (program, f"--web.listen-address=127.0.0.1:{port}"), ask)


def _glances(folder: Path) -> Peer | Missing:
    program = os.environ.get("GLANCES") or shutil.which("glances")
    if program is None:
        line = "python3 -m venv /tmp/glances && /tmp/glances/bin/pip install glances"
        return Missing("glances", f"{line}; then GLANCES=/tmp/glances/bin/glances")
    export = ("--export", "csv", "--export-csv-file", str(folder / "glances.csv"))
    return Peer(
        "glances", (program, "--quiet", "--time", str(int(EVERY_S)), "--disable-check-update", *export)
    )


def _free_port() -> int:
    """Below 32768: zabbix-agent2 listens on no other."""
    for port in range(20_000, 32_768):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")

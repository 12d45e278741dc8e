"""What the agent costs while it runs, beside others, all at once on the machine itself.

`python bench/agent_resident.py [seconds]`: ours, without and with a watch that looks every 2 s; a bare
grpc.aio + psutil client that talks to the same small controller over mutual TLS; and zabbix-agent2,
prometheus-node-exporter and glances where they are installed. Each measures once every 10 s. Ours besides
that judges by all rules, records, spools and answers for its sequences. Processor seconds are those of the
program and its threads; what its children used stands beside it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from agent.disk import OsDisk
from agent.identity import IdentityStore
from bench.beside.peers import EVERY_S, Missing, Peer, peers
from bench.beside.process import Look, look
from tests.support.agent_controller import ListeningController

HOME = Path(__file__).parent.parent
# By then the inventory was taken and pending updates were counted: twice a day each, not what is steady.
SETTLED_S = 150.0
BARE = """
import asyncio, os, sys
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
import grpc, grpc.aio, psutil
from protos.vigia.v1 import agent_pb2 as pb, agent_pb2_grpc
endpoint, root, key, certificate = sys.argv[1:]
async def main():
    credentials = grpc.ssl_channel_credentials(root.encode(), key.encode(), certificate.encode())
    options = [("grpc.ssl_target_name_override", "controller.vigia")]
    async with grpc.aio.secure_channel(endpoint, credentials, options=options) as channel:
        call = agent_pb2_grpc.AgentServiceStub(channel).Connect()
        await call.write(pb.ConnectRequest(items=[pb.AgentItem(hello=pb.Hello(spool_epoch="bare"))]))
        await call.read()
        sequence = 0
        while True:
            sequence += 1
            values = [psutil.cpu_percent(), psutil.virtual_memory().available, psutil.disk_usage("/").free]
            values += [*psutil.disk_io_counters(), *psutil.net_io_counters(), *psutil.getloadavg()]
            snapshot = pb.Snapshot(layout_id=1, values=values)
            spooled = pb.Spooled(lane=pb.LANE_METRICS, sequence=sequence, snapshot=snapshot)
            await call.write(pb.ConnectRequest(items=[pb.AgentItem(spooled=spooled)]))
            await call.read()
            await asyncio.sleep(10)
asyncio.run(main())
"""


def ours(controller: ListeningController, name: str, folder: Path, watches: str = "") -> Peer:
    """An agent enrolled at that controller, which is nobody else's."""
    disk = OsDisk()
    IdentityStore(disk, folder).save(controller.authority.identity(controller.endpoint))
    disk.replace(folder / "agent.toml", watches.encode())
    argv = ("-m", "agent", "run", "--config", str(folder / "agent.toml"), "--data", str(folder))
    return Peer(name, (sys.executable, *argv))


def bare(controller: ListeningController) -> Peer:
    identity = controller.authority.identity(controller.endpoint)
    secrets = (identity.endpoint, identity.root_pem, identity.key_pem, identity.certificate_pem)
    return Peer("bare grpc.aio + psutil", (sys.executable, "-c", BARE, *secrets))


async def asked(peer: Peer) -> None:
    """What its server would do, until cancelled; one that does not listen yet is asked again."""
    while peer.ask is not None:
        with suppress(OSError):
            await peer.ask()
        await asyncio.sleep(EVERY_S)


def line(name: str, before: Look, after: Look, seconds: float) -> str:
    hours = seconds / 3_600
    own_s = (after.own_cpu_s - before.own_cpu_s) / hours
    family_s = (after.cpu_s - before.cpu_s) / hours - own_s
    memory = f"{after.rss_mib:8.1f} {after.pss_mib:8.1f}"
    return f"{name:<28} {memory} {own_s:12.1f} {family_s:12.1f} {after.threads:8d}"


async def main(seconds: float) -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        controllers = [await stack.enter_async_context(ListeningController()) for _ in range(3)]
        watched = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        target = f"127.0.0.1:{watched.sockets[0].getsockname()[1]}"
        watch = f'[[watch]]\nname = "port"\nkind = "tcp"\ntarget = "{target}"\n'
        there = peers(folder)
        chosen = [
            bare(controllers[0]),
            ours(controllers[1], "vigia-agent", folder / "plain"),
            ours(controllers[2], "vigia-agent, one watch (2 s)", folder / "watching", watch),
            *(one for one in there if isinstance(one, Peer)),
        ]
        measured = await beside_each_other(chosen, seconds)
    print(f"{seconds:.0f} s, all at once; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'':<28} {'RSS MiB':>8} {'PSS MiB':>8} {'CPU s/hour':>12} {'+ children':>12} {'threads':>8}")
    for one, looks in zip(chosen, measured, strict=True):
        print(line(one.name, *looks, seconds) if looks else f"{one.name:<28} ended by itself")
    for absent in there:
        if isinstance(absent, Missing):
            print(f"{absent.name:<28} not installed: {absent.line}")


async def beside_each_other(chosen: list[Peer], seconds: float) -> list[tuple[Look, Look] | None]:
    """Each before and after; None for one that did not last. None is left running."""
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    running = [
        await asyncio.create_subprocess_exec(
            *one.argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for one in chosen
    ]
    asking = [asyncio.create_task(asked(one)) for one in chosen]
    try:
        await asyncio.sleep(SETTLED_S)
        before = [look(process.pid) if process.returncode is None else None for process in running]
        await asyncio.sleep(seconds)
        after = [look(process.pid) if process.returncode is None else None for process in running]
    finally:
        for task in asking:
            task.cancel()
        for process in running:
            if process.returncode is None:
                process.kill()
            await process.wait()
    return [(first, last) if first and last else None for first, last in zip(before, after, strict=True)]


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 120.0))

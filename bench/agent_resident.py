"""What the agent costs while it runs: memory and CPU beside a bare grpc.aio + psutil client, in one run.

`python bench/agent_resident.py [seconds]`: both talk to the same small controller over mutual TLS, one
snapshot each 10 s; the agent besides that judges, spools and answers for its sequences.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from agent.disk import OsDisk
from agent.identity import IdentityStore
from tests.support.agent_controller import ListeningController

HOME = Path(__file__).parent.parent
SETTLED_S = 6.0
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


def memory_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measured(name: str, argv: list[str], seconds: float) -> None:
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    process = await asyncio.create_subprocess_exec(*argv, env=environment, stderr=subprocess.DEVNULL)
    try:
        await asyncio.sleep(SETTLED_S)
        before_s = cpu_s(process.pid)
        await asyncio.sleep(seconds)
        per_hour_s = (cpu_s(process.pid) - before_s) * 3600 / seconds
        print(f"{name:<28} {memory_mib(process.pid):6.1f} MiB  {per_hour_s:6.1f} CPU s/h", flush=True)
    finally:
        process.kill()
        await process.wait()


async def main(seconds: float) -> None:
    async with ListeningController() as controller:
        identity = controller.authority.identity(controller.endpoint)
        secrets = (identity.endpoint, identity.root_pem, identity.key_pem, identity.certificate_pem)
        await measured("bare grpc.aio + psutil", [sys.executable, "-c", BARE, *secrets], seconds)
        with tempfile.TemporaryDirectory() as folder:
            IdentityStore(OsDisk(), Path(folder)).save(identity)
            config = Path(folder) / "agent.toml"
            config.write_text("")
            common = ["--config", str(config), "--data", folder]
            await measured("vigia-agent", [sys.executable, "-m", "agent", "run", *common], seconds)
            target = f"127.0.0.1:{controller.port}"
            config.write_text(f'[[watch]]\nname = "port"\nkind = "tcp"\ntarget = "{target}"\n')
            await measured(
                "vigia-agent, one watch (2 s)", [sys.executable, "-m", "agent", "run", *common], seconds
            )


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0))

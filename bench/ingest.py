"""CPU seconds to receive 1,000 snapshots over mTLS and keep them, beside a bare grpc.aio server.

`python bench/ingest.py [--agents 20] [--snapshots 400] [--url postgresql+psycopg://...]`. Ours does all:
TLS, checks, cursors, packing, storage (SQLite, synchronous=FULL), acknowledgement after the commit. The bare
one reads the same messages from the same clients and acknowledges every sixteenth, keeping nothing. The
clients are a process of their own; one message is one snapshot of 120 values, as agents send them live.
Then findings: how many are taken in durably a second, sixteen to a message.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from grpc import aio

from controller.blobs.folder import BlobFolder
from controller.core.disk import OsDisk
from controller.detection.lookout import Lookout
from controller.fleet import actions as fleet
from controller.fleet import store as _tables  # noqa: F401 - puts its tables on the metadata
from controller.fleet.identity.authority import Authority
from controller.rpc.server import RpcServers
from controller.storage import Storage, metadata
from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import agent_pb2_grpc
from tests.support.simulated_agent import FAULTS, METRICS, SimulatedAgent

VALUES = 120


class Bare(agent_pb2_grpc.AgentServiceServicer):
    """Reads and acknowledges; no check, no store."""

    async def Connect(  # type: ignore[override]  # noqa: N802 - the stub's name
        self,
        request_iterator: Any,  # noqa: ARG002 - `read` is used
        context: Any,
    ) -> None:
        hello = (await context.read()).items[0].hello
        await context.write(pb.ConnectResponse(items=[pb.ControllerItem(welcome=pb.Welcome())]))
        last = {FAULTS: 0, METRICS: 0}
        while isinstance(message := await context.read(), pb.ConnectRequest):
            for item in message.items:
                if item.WhichOneof("item") != "spooled":
                    continue
                last[item.spooled.lane] = item.spooled.sequence
                if item.spooled.sequence % 16 == 0:
                    acks = [pb.Ack(spool_epoch=hello.spool_epoch, lane=lane, up_to_sequence=up_to)
                            for lane, up_to in last.items()]  # fmt: skip
                    items = [pb.ControllerItem(ack=ack) for ack in acks]
                    await context.write(pb.ConnectResponse(items=items))

    async def Renew(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - nobody asks for it
        return pb.RenewResponse()


async def client(order: dict[str, Any]) -> None:
    """All agents enrol and connect; then, at a line on stdin, they send what the line says and wait."""
    root = order["root"].encode()
    agents = [SimulatedAgent(root, f"bench-{n}") for n in range(len(order["tokens"]))]
    for agent, token in zip(agents, order["tokens"], strict=True):
        await agent.enrol(order["enrolment"], token)
    for line in iter(sys.stdin.readline, ""):
        task = json.loads(line)
        for agent in agents:
            agent.endpoint = task["endpoint"]
            # A spool of its own for each: else the other server's records would be a gap.
            agent.epoch = task["epoch"]
            agent.next_sequence = {FAULTS: 1, METRICS: 1}
            await agent.connect()
            await agent.learn_layout([f"system.bench.{n}" for n in range(VALUES)])
        print("connected", flush=True)
        await asyncio.gather(*(send(agent, task["kind"], task["count"]) for agent in agents))
        print("done", flush=True)
        for agent in agents:
            await agent.disconnect()


async def send(agent: SimulatedAgent, kind: str, count: int) -> None:
    if kind == "snapshots":
        for n in range(count):
            await agent.send(agent.snapshot([n + i * 0.37 for i in range(VALUES)]))
    else:
        for _ in range(0, count, 16):
            await agent.send(*(agent.raised(object=f"o{n}") for n in range(16)))
    await agent.settled(120)


async def measured(clients: subprocess.Popen[str], task: dict[str, Any]) -> tuple[float, float]:
    """CPU seconds of this process and wall seconds, from when all are connected until all is acknowledged."""
    assert clients.stdin is not None
    assert clients.stdout is not None
    clients.stdin.write(json.dumps(task) + "\n")
    clients.stdin.flush()
    assert (await asyncio.to_thread(clients.stdout.readline)).strip() == "connected"
    cpu, wall = time.process_time(), time.perf_counter()
    assert (await asyncio.to_thread(clients.stdout.readline)).strip() == "done"
    return time.process_time() - cpu, time.perf_counter() - wall


async def bare_server(servers: RpcServers) -> tuple[aio.Server, str]:
    server = aio.server(options=servers._options(1024 * 1024))
    agent_pb2_grpc.add_AgentServiceServicer_to_server(Bare(), server)
    port = server.add_secure_port("127.0.0.1:0", servers._credentials(mutual=True))
    await server.start()
    return server, f"127.0.0.1:{port}"


async def main(arguments: argparse.Namespace, folder: Path) -> None:
    storage = Storage(arguments.url or f"sqlite+aiosqlite:///{folder}/bench.db")
    async with storage.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)
    authority = Authority.open(folder, OsDisk(), storage.chance, storage.clock.now())
    lookout = Lookout(storage)
    await lookout.start()
    blobs = BlobFolder(folder / "blobs", OsDisk())
    servers = RpcServers(
        storage, authority, lookout, blobs, agents_port=0, enrolment_port=0, public_host="127.0.0.1"
    )
    await servers.start()
    bare, bare_endpoint = await bare_server(servers)
    async with storage.unit() as unit:
        customer = await fleet.add_customer(unit, f"Bench {unit.chance.uuid()}")
        tokens = [await fleet.issue_token(unit, authority, customer.id) for _ in range(arguments.agents)]
    order = {
        "root": authority.root_pem.decode(),
        "enrolment": f"127.0.0.1:{servers.enrolment_port}",
        "tokens": tokens,
    }
    clients = subprocess.Popen(  # noqa: ASYNC220 - once, before anything is measured
        [sys.executable, __file__, "--client", json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    ours = f"127.0.0.1:{servers.agents_port}"
    count = arguments.snapshots // 16 * 16
    thousands = count * arguments.agents / 1_000
    try:
        for name, endpoint in (("bare", bare_endpoint), ("ours", ours)) * 2:
            epoch = storage.chance.uuid().hex
            task = {"kind": "snapshots", "count": count, "endpoint": endpoint, "epoch": epoch}
            cpu, wall = await measured(clients, task)
            print(
                f"{name}: {cpu / thousands:.3f} CPU s for 1,000 snapshots ({thousands * 1_000 / wall:,.0f}/s)"
            )
        cpu, wall = await measured(clients, task | {"kind": "findings"})
        print(f"findings: {thousands * 1_000 / wall:,.0f} committed/s, {cpu / thousands:.3f} CPU s for 1,000")
    finally:
        clients.kill()
        await bare.stop(0)
        await servers.stop(1)
        await lookout.stop()
        await storage.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--snapshots", type=int, default=400, help="by each agent")
    parser.add_argument("--url", default="")
    parser.add_argument("--client", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        asyncio.run(client(json.loads(given.client)))
    else:
        with tempfile.TemporaryDirectory() as made:
            asyncio.run(main(given, Path(made)))

"""Twenty agents that report faults and never tire: what a controller must survive while it is killed."""

import asyncio
import random
import sqlite3
from base64 import urlsafe_b64decode
from contextlib import closing
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from protos.vigia.v1 import agent_pb2 as pb
from tests.support.simulated_agent import SimulatedAgent
from tests.support.street import Street


def enrolment(walk: Street, customer: str) -> tuple[str, str, bytes]:
    """(endpoint, token, root as PEM) of a line as it would be pasted."""
    words = walk.vigia("enrol", "--customer", customer).stdout.split()
    given = dict(word.split("=", 1) for word in words if word.startswith("--"))
    root = given["--root"]
    der = urlsafe_b64decode(root + "=" * (-len(root) % 4))
    pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
    return given["--controller"], given["--token"], pem


class Swarm:
    """`raised` maps the object of every fault ever reported to its machine; objects are never used twice."""

    def __init__(self, walk: Street, size: int, seed: int) -> None:
        self.walk = walk
        self.size = size
        self.draw = random.Random(seed)
        self.agents: list[SimulatedAgent] = []
        self.raised: dict[str, str] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.ending = False

    async def enrol(self, customer: str = "Enjambre") -> None:
        await asyncio.to_thread(
            self.walk.vigia, "customers", "add", customer, "--contact-email", "ana@example.com"
        )
        for number in range(self.size):
            endpoint, token, root = await asyncio.to_thread(enrolment, self.walk, customer)
            agent = SimulatedAgent(root, f"simulated-{number}")
            await agent.enrol(endpoint, token)
            self.agents.append(agent)

    def start(self) -> None:
        self.tasks = [asyncio.create_task(self._live(agent)) for agent in self.agents]

    async def _live(self, agent: SimulatedAgent) -> None:
        """Connect, report, be cut off, connect again; what was not acknowledged is sent once more."""
        while not self.ending:
            try:
                await asyncio.wait_for(agent.connect(), 5)
                while not self.ending:
                    name = f"fault-{len(self.raised)}"
                    self.raised[name] = str(agent.agent_id)
                    await asyncio.wait_for(agent.send(agent.raised(object=name)), 5)
                    # Some fifteen a second from twenty: a storm, and less than a controller can open.
                    await asyncio.sleep(self.draw.uniform(0.3, 2.0))
            except (grpc.RpcError, grpc.aio.UsageError, asyncio.InvalidStateError, TimeoutError, OSError):
                await asyncio.sleep(self.draw.uniform(0.0, 0.3))

    async def stop(self, patience_s: float = 180.0) -> None:
        """No new faults; everybody connects once more until all is acknowledged."""
        self.ending = True
        await asyncio.gather(*self.tasks)
        async with asyncio.timeout(patience_s):
            for agent in self.agents:
                while any(agent.spool.values()):
                    try:
                        await asyncio.wait_for(agent.connect(), 5)
                        await agent.settled(10)
                    except (grpc.RpcError, TimeoutError, asyncio.InvalidStateError):
                        await asyncio.sleep(0.2)
                await agent.disconnect()

    def acknowledged(self) -> set[str]:
        """Findings that the controller said it holds, up to now."""
        return {
            finding_id
            for agent in self.agents
            for finding_id, state in agent.acknowledged_ids
            if state == pb.FINDING_STATE_RAISED
        }


def kept_incidents(database: Path) -> list[tuple[str, str]]:
    """(finding id, incident's object) of every finding that has an incident, straight from SQLite."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(
            "SELECT f.finding_id, i.object FROM incident_findings f JOIN incidents i ON i.id = f.incident_id"
        ).fetchall()


def doubled(database: Path) -> list[tuple[str, int]]:
    """Objects with more than one incident, and notices told more than once."""
    with closing(sqlite3.connect(database)) as connection:
        twice = connection.execute(
            "SELECT object, count(*) FROM incidents GROUP BY machine_id, rule, object HAVING count(*) > 1"
        ).fetchall()
        told = connection.execute("SELECT key, count(*) FROM outbox GROUP BY key HAVING count(*) > 1")
        return [*twice, *told.fetchall()]

"""A customer, an authority and a machine, on both databases and a clock that jumps."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from controller.core.disk import OsDisk
from controller.core.events import Event
from controller.fleet import actions as fleet
from controller.fleet.actions import Enrolled, EnrolmentRequest
from controller.fleet.customer import Customer
from controller.fleet.identity.authority import Authority
from controller.storage import Storage
from tests.support.simulated_agent import signing_request
from tests.support.stations import note_events


@dataclass
class Office:
    storage: Storage
    authority: Authority
    customer: Customer
    told: list[Event]

    async def token(self) -> str:
        async with self.storage.unit() as unit:
            return await fleet.issue_token(unit, self.authority, self.customer.id)

    async def machine(self, host_name: str = "caja-1") -> UUID:
        key = ec.generate_private_key(ec.SECP256R1())
        request = EnrolmentRequest(await self.token(), signing_request(key), host_name, "0", "test")
        async with self.storage.unit() as unit:
            enrolled = await fleet.enrol(unit, self.authority, request)
        assert isinstance(enrolled, Enrolled)
        return enrolled.agent_id


@pytest.fixture
async def office(storage: Storage, tmp_path: Path) -> Office:
    authority = Authority.open(tmp_path, OsDisk(), storage.chance, storage.clock.now())
    async with storage.unit() as unit:
        customer = await fleet.add_customer(unit, "Panadería Sol", "es", "Ana", "ana@example.com")
    return Office(storage, authority, customer, note_events(storage))

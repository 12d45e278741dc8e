"""A support desk in a test: a customer with a machine, people on duty, the story wired as the real one is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller import flow
from controller.core.actor import Actor, Role
from controller.core.changes import Changes
from controller.core.severity import Severity
from controller.escalation.rota.actions import set_schedule
from controller.fleet import actions as fleet
from controller.fleet import store as fleet_rows
from controller.fleet.customer import Customer
from controller.fleet.findings import Finding, FindingCleared, FindingRaised
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.notify import store as outbox
from controller.notify.channels.log import LogChannel
from controller.notify.channels.mail import MailChannel, MailServer
from controller.people import actions as people
from controller.people.user import User
from controller.sla.actions import seed_default_plan
from controller.storage import Storage
from controller.ticker import Ticker
from controller.timers import store as timers
from tests.support.clocks import JumpingClock
from tests.support.mailbox import Mailbox, open_mailbox

QUIET = """
[acknowledge]
critical = "never"
high = "never"
"""


@dataclass
class Desk:
    """`luis`, `ana` and `eva` are on duty at levels 1 (es), 2 (en) and 3 (es); `root` administers."""

    storage: Storage
    clock: JumpingClock
    mailbox: Mailbox
    ticker: Ticker
    changes: Changes
    customer: Customer
    machine_id: UUID
    luis: User
    ana: User
    eva: User
    root: User

    async def finding(
        self,
        rule: str = "watch.down",
        object_name: str = "tienda",
        severity: Severity = Severity.CRITICAL,
        began: timedelta = timedelta(seconds=-2),
        finding_id: UUID | None = None,
    ) -> Finding:
        """A finding of the desk's machine that began a little ago and is received now."""
        now = self.clock.now()
        return Finding(
            finding_id or self.storage.chance.uuid(),
            self.machine_id,
            rule,
            object_name,
            severity,
            began_at=now + began,
            opened_at=now,
            facts={"target": "http://127.0.0.1:9"},
        )

    async def raised(self, finding: Finding) -> Incident:
        """The incident it belongs to after the agent reported it."""
        async with self.storage.unit() as unit:
            unit.announce(FindingRaised(finding))
        async with self.storage.reading() as connection:
            found = await incidents.incident_of_finding(connection, finding.finding_id)
        assert found is not None
        return found

    async def cleared(self, finding: Finding) -> None:
        ended = Finding(
            finding.finding_id,
            finding.machine_id,
            finding.rule,
            finding.object,
            finding.severity,
            began_at=self.clock.now(),
            opened_at=self.clock.now(),
        )
        async with self.storage.unit() as unit:
            unit.announce(FindingCleared(ended))

    async def incident(self, incident_id: UUID) -> Incident:
        async with self.storage.reading() as connection:
            found = await incidents.incident(connection, incident_id)
        assert found is not None
        return found

    async def kinds(self, incident_id: UUID) -> list[str]:
        """The timeline's kinds in order of writing, without the notes on who was told."""
        async with self.storage.reading() as connection:
            entries = await incidents.timeline(connection, incident_id)
        return [entry.kind.value for entry in entries if entry.kind.value != "notice_queued"]

    async def until(self, instant: datetime) -> None:
        """Let time pass with the ticker awake: through every due instant on the way, and the last one."""
        await self.ticker.turn()
        while (due := await self._next_due()) is not None and due <= instant:
            self.clock.set(max(due, self.clock.now()))
            await self.ticker.turn()
        self.clock.set(instant)
        await self.ticker.turn()

    async def _next_due(self) -> datetime | None:
        """Without the hooks, which would make a night of minutes."""
        async with self.storage.reading() as connection:
            dues = [await timers.next_wake(connection), await outbox.next_attempt(connection)]
        return min((due for due in dues if due is not None), default=None)


def person(user: User) -> Actor:
    return user.actor


def another_ticker(storage: Storage, clock: JumpingClock, mailbox: Mailbox) -> Ticker:
    """As after a restart: nothing is remembered but what the database holds."""
    server = MailServer("127.0.0.1", mailbox.port, "soporte@vigia.example", tls="none")
    return Ticker(storage, {"mail": MailChannel(server), "log": LogChannel()}, clock)


@asynccontextmanager
async def open_desk(storage: Storage, clock: JumpingClock) -> AsyncIterator[Desk]:
    """`storage` has its tables and nothing else."""
    async with open_mailbox() as mailbox:
        changes = Changes()
        ticker = another_ticker(storage, clock, mailbox)
        storage.dispatcher = flow.dispatcher(changes, ticker.wake)
        async with storage.unit() as unit:
            await seed_default_plan(unit)
            customer = await fleet.add_customer(
                unit, "Panadería Sol", "es", "Marta Gil", "marta@sol.example", "America/Mexico_City"
            )
            machine_id = unit.chance.uuid()
            await fleet_rows.add_machine(
                unit.connection,
                {
                    "id": machine_id,
                    "customer_id": customer.id,
                    "name": "caja-1",
                    "role": "server",
                    "enrolled_at": unit.now,
                },
            )
            luis, ana, eva = [
                await people.add_user(
                    unit, login, name, f"{login}@vigia.example", level=level, language=language
                )
                for login, name, level, language in (
                    ("luis", "Luis Paz", 1, "es"),
                    ("ana", "Ana Ruiz", 2, "en"),
                    ("eva", "Eva Sanz", 3, "es"),
                )
            ]
            root = await people.add_user(
                unit, "root", "Raúl Mar", "root@vigia.example", role=Role.ADMINISTRATOR, on_duty=False
            )
        async with storage.unit(root.actor) as unit:
            # Nobody is asked to acknowledge: that is a story of its own.
            await set_schedule(unit, QUIET)
        yield Desk(storage, clock, mailbox, ticker, changes, customer, machine_id, luis, ana, eva, root)

"""Lives through an agenda: people and agents act through the rooms' own actions, the engine does its part."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop
from uuid import UUID

from controller.core.errors import Conflict, Invalid, NotFound
from controller.core.severity import Severity
from controller.fleet.findings import Finding, FindingRaised
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.sla.actions import add_calendar, add_plan
from controller.storage import Unit
from tests.simulation.agenda import Happening
from tests.simulation.process import Process
from tests.simulation.world import LONGER, World, office_plan
from tests.support.clocks import JumpingClock

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class Life:
    """`cases`: number of the year -> incident. `refused`: acts that came too late to be done."""

    world: World
    process: Process
    clock: JumpingClock
    cases: dict[int, UUID] = field(default_factory=dict)
    acts: int = 0
    refused: int = 0
    rebuilt: int = 0
    outages: int = 0

    async def live(
        self, agenda: list[Happening], end: datetime, each_day: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Day by day; `each_day` looks at what holds then."""
        heapify(agenda)
        dawn = self.clock.now() + DAY
        while agenda or dawn <= end:
            if not agenda or agenda[0].at >= dawn:
                await self.process.until(dawn)
                self.rebuilt += await self.process.look_after()
                await each_day(self.clock.now())
                dawn += DAY
                continue
            happening = heappop(agenda)
            await self.process.until(happening.at)
            if happening.what == "outage":
                await self._outage(agenda, happening)
            elif happening.what == "clock":
                self.clock.set(self.clock.now() + happening.minutes * MINUTE)
            else:
                await self._perform(happening)
        await self.process.until(end)

    async def _outage(self, agenda: list[Happening], outage: Happening) -> None:
        """Nobody is there: agents keep what they see, people do what they meant to do afterwards."""
        self.outages += 1
        await self.process.beat()
        back = self.clock.now() + outage.minutes * MINUTE
        missed: list[Happening] = []
        while agenda and agenda[0].at <= back:
            missed.append(heappop(agenda))
        self.clock.set(back)
        await self.process.start()
        for happening in missed:
            if happening.what not in ("outage", "clock"):
                await self._perform(happening)

    async def _perform(self, happening: Happening) -> None:
        async def act() -> None:
            level = 1
            if happening.case in self.cases:
                async with self.process.storage.reading() as connection:
                    case = await incidents.incident(connection, self.cases[happening.case])
                level = case.level if case is not None else 1
            async with self.process.storage.unit(self.world.staff[level].actor) as unit:
                await self._act(unit, happening)

        self.acts += 1
        try:
            await self.process.survive(act)
        except (Conflict, Invalid, NotFound):
            self.refused += 1

    async def _act(self, unit: Unit, one: Happening) -> None:
        if one.what == "fault":
            await self._fault(unit, one)
        elif one.what == "call":
            case = await actions.open_by_person(
                unit, customer_id=self.world.customers[one.customer], summary=f"llamada {one.case}",
                severity=Severity(one.severity), channel="phone",
            )  # fmt: skip
            self.cases[one.case] = case.id
        elif one.what == "plan":
            await add_plan(unit, office_plan(30), self.world.office)
        elif one.what == "calendar":
            await add_calendar(unit, LONGER)
        elif one.case in self.cases:
            await self._work(unit, one, self.cases[one.case])

    async def _fault(self, unit: Unit, one: Happening) -> None:
        """Told late by an agent that could not reach us, it was opened when it saw it (contract.md T2)."""
        opened = min(one.at, unit.now)
        machine = self.world.machines[self.world.customers[one.customer]]
        finding = Finding(
            unit.chance.uuid(), machine, "watch.down", f"tienda-{one.case}", Severity(one.severity),
            opened - 2 * MINUTE, opened, {"target": "x"},
        )  # fmt: skip
        unit.announce(FindingRaised(finding))
        # In the same unit: a process that dies afterwards must know whom it was about.
        while unit.announced:
            await self.process.storage.dispatcher(unit, unit.announced.popleft())
        case = await incidents.incident_of_finding(unit.connection, finding.finding_id)
        assert case is not None
        self.cases[one.case] = case.id

    async def _work(self, unit: Unit, one: Happening, case: UUID) -> None:
        if one.what == "respond":
            await actions.respond(unit, case, "Lo estamos mirando.")
        elif one.what == "late_call":
            at = unit.now - one.minutes * MINUTE
            found = await incidents.incident(unit.connection, case)
            assert found is not None
            await actions.respond(unit, case, "Por teléfono.", "phone", max(at, found.opened_at), "olvidado")
        elif one.what == "update":
            await actions.update_customer(unit, case, "Seguimos.")
        elif one.what == "severity":
            await actions.change_severity(unit, case, Severity(one.severity), "se ve de otro modo")
        elif one.what == "escalate":
            await actions.escalate(unit, case, int(one.minutes), "hace falta")
        elif one.what == "pause":
            await actions.pause(unit, case, "customer")
        elif one.what == "resume":
            await actions.resume(unit, case)
        elif one.what == "resolve":
            await actions.resolve(unit, case, "Hecho.")
        elif one.what == "reopen":
            await actions.reopen(unit, case, "volvió")
        else:
            raise AssertionError(one.what)

"""A machine falls silent, its neighbours are asked, and what they saw is in the incident in plain words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from controller import flow
from controller.core.chance import SeededChance
from controller.core.changes import Changes
from controller.detection.lookout import Lookout
from controller.detection.witnesses.inquiries import Question
from controller.detection.witnesses.testimony import Sight, Testimony
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.inventory import store as inventories
from controller.fleet.inventory.document import Inventory
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.sla.actions import seed_default_plan
from controller.storage import Storage
from controller.words import rules, story
from controller.words.catalogue import translator
from tests.support.clocks import JumpingClock
from tests.support.stores import fresh_storage

ANSWERED, NOTHING, UNKNOWN = Sight.ANSWERED, Sight.NOTHING, Sight.UNKNOWN


@dataclass
class Site:
    """One site of servers; `sees` is what each neighbour answers, None when it stays mute."""

    storage: Storage
    clock: JumpingClock
    lookout: Lookout
    machines: dict[str, UUID] = field(default_factory=dict)
    sees: dict[str, tuple[Sight, Sight] | None] = field(default_factory=dict)
    asked: list[tuple[str, Question]] = field(default_factory=list)

    async def build(self, *names: str, able: bool = True) -> None:
        async with self.storage.unit() as unit:
            await seed_default_plan(unit, "UTC")
            customer = await fleet.add_customer(unit, "Taller")
            site = await fleet.add_site(unit, customer.id, "Centro")
            for number, name in enumerate(names):
                self.machines[name] = unit.chance.uuid()
                values = {
                    "id": self.machines[name], "customer_id": customer.id, "site_id": site.id, "name": name,
                    "role": "server", "enrolled_at": unit.now, "last_seen_at": unit.now,
                    "abilities": ["pull:basic", *(["witness"] if able else [])],
                }  # fmt: skip
                await store.add_machine(unit.connection, values)
                addresses = [{"interface": "eno1", "address": f"192.168.7.{number + 10}/24"}]
                told = Inventory(self.machines[name], "0", unit.now, {}, {"addresses": addresses}, {})
                await inventories.keep(unit.connection, told, unit.now)
        for machine_id in self.machines.values():
            self.lookout.presence.arrived(machine_id)
        self.lookout.eyes.inquiries.ask = self.ask

    def ask(self, machine_id: UUID, question: Question) -> bool:
        name = next(name for name, known in self.machines.items() if known == machine_id)
        self.asked.append((name, question))
        return True

    async def passes(self, seconds: float, *silent: str) -> None:
        for _ in range(round(seconds / 5)):
            self.clock.set(self.clock.now() + timedelta(seconds=5))
            for name, machine_id in self.machines.items():
                if name not in silent:
                    self.lookout.presence.heard(machine_id)
            await self.lookout.turn()
            for name, question in self.asked:
                seen = self.sees.get(name)
                if seen is not None and name not in silent:
                    said = Testimony(self.machines[name], *seen)
                    self.lookout.eyes.inquiries.hear(self.machines[name], question.id, said)

    async def incident(self) -> Incident | None:
        async with self.storage.reading() as connection:
            return await incidents.find_open(connection, self.machines["dead"], "agent.silent", "")

    async def told(self, case: Incident, language: str) -> tuple[str, tuple[str, ...]]:
        """The timeline's first sentence, and what to do now."""
        words = translator(language)
        async with self.storage.reading() as connection:
            first = (await incidents.timeline(connection, case.id))[0]
        return story.sentence(words, first, "UTC", "dead"), rules.remedy(words, case.rule or "", case.facts)


@pytest.fixture
async def site(tmp_path: Path, clock: JumpingClock, chance: SeededChance) -> AsyncIterator[Site]:
    async with fresh_storage("sqlite", tmp_path, clock, chance) as storage:
        storage.dispatcher = flow.dispatcher(Changes(), lambda: None)
        lookout = Lookout(storage)
        await lookout.start()
        yield Site(storage, clock, lookout)
        await lookout.stop()


async def test_a_machine_that_is_down_stands_within_75_seconds_and_says_so(site: Site) -> None:
    await site.build("dead", "anna", "berta")
    site.sees = {"anna": (NOTHING, ANSWERED), "berta": (NOTHING, ANSWERED)}
    await site.passes(240)
    assert site.asked == []
    await site.passes(75, "dead")
    case = await site.incident()
    assert case is not None
    assert (case.facts["cause"], case.facts["witnesses"]) == ("machine_dead", "anna, berta")
    told, remedy = await site.told(case, "en")
    assert "the machine is down (seen by anna, berta)" in told
    assert remedy[0].startswith("Have somebody look")
    told, remedy = await site.told(case, "es")
    assert "el equipo está caído (visto por anna, berta)" in told
    assert remedy[0].startswith("Que alguien mire")


async def test_a_machine_that_lives_waits_its_150_seconds_and_its_agent_is_blamed(site: Site) -> None:
    await site.build("dead", "anna")
    site.sees = {"anna": (ANSWERED, ANSWERED)}
    await site.passes(240)
    await site.passes(145, "dead")
    assert await site.incident() is None
    await site.passes(10, "dead")
    case = await site.incident()
    assert case is not None
    assert case.facts["cause"] == "agent_dead"
    assert "its agent does not reach us" in (await site.told(case, "en"))[0]


async def test_without_a_neighbour_it_is_as_before_and_said(site: Site) -> None:
    await site.build("dead")
    await site.passes(240)
    await site.passes(145, "dead")
    assert await site.incident() is None
    await site.passes(10, "dead")
    case = await site.incident()
    assert case is not None
    assert case.facts["cause"] == "no_neighbour"
    told, remedy = await site.told(case, "es")
    assert "no había ningún vecino a quien preguntar" in told
    assert remedy[0].startswith("Llame")


async def test_neighbours_that_contradict_each_other_do_not_shorten_the_wait(site: Site) -> None:
    """The first to speak saw nothing; the second heard an answer, and is believed."""
    await site.build("dead", "anna", "berta")
    site.sees = {"anna": (NOTHING, ANSWERED), "berta": None}
    await site.passes(240)
    await site.passes(60, "dead")
    assert await site.incident() is None
    site.sees["berta"] = (ANSWERED, ANSWERED)
    await site.passes(60, "dead")
    assert await site.incident() is None


async def test_at_most_three_are_asked_once_about_what_the_machine_itself_reported(site: Site) -> None:
    await site.build("dead", *(f"n{number}" for number in range(6)))
    await site.passes(240)
    await site.passes(150, "dead")
    assert len(site.asked) == 3
    assert {question.addresses for _, question in site.asked} == {("192.168.7.10",)}
    assert {question.suspect for _, question in site.asked} == {"dead"}


async def test_agents_that_are_too_old_are_not_asked(site: Site) -> None:
    await site.build("dead", "anna", able=False)
    await site.passes(240)
    await site.passes(160, "dead")
    assert site.asked == []
    assert (await site.incident() or pytest.fail("no incident")).facts["cause"] == "no_neighbour"


async def test_a_word_that_nobody_asked_for_is_not_heard(site: Site) -> None:
    """A stranger, or one who was asked about another silence, moves nothing."""
    await site.build("dead", "anna", "stranger")
    await site.passes(240)
    await site.passes(45, "dead")
    [*_, (_, question)] = site.asked
    stranger = site.storage.chance.uuid()
    inquiries = site.lookout.eyes.inquiries
    inquiries.hear(stranger, question.id, Testimony(stranger, NOTHING, ANSWERED))
    inquiries.hear(site.machines["anna"], stranger, Testimony(site.machines["anna"], NOTHING, ANSWERED))
    await site.passes(60, "dead")
    assert await site.incident() is None


async def test_who_is_back_before_the_minute_opens_nothing(site: Site) -> None:
    """A cable that was pulled for 50 s, seen by a neighbour."""
    await site.build("dead", "anna")
    site.sees = {"anna": (NOTHING, ANSWERED)}
    await site.passes(240)
    await site.passes(50, "dead")
    await site.passes(120)
    assert await site.incident() is None

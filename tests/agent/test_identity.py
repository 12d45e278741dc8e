"""Key and certificate: one file only its owner reads, one request until its reply, one root."""

import stat
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.disk import OsDisk
from agent.enrolment import PastedLine, enrol
from agent.errors import AgentError, EnrolmentRefused, LinkBroken, NotEnrolled
from agent.identity import IdentityStore, KeyFault, renewal_time, root_from_line
from agent.renewal import renew_once
from tests.support.agent_authority import TestAuthority
from tests.support.agent_controller import ListeningController
from tests.support.agent_fakes import EPOCH, SeededChance

CLOCK, CHANCE = SystemClock(), SeededChance()


@pytest.fixture
async def controller() -> AsyncIterator[ListeningController]:
    async with ListeningController() as listening:
        yield listening


@pytest.fixture
def store(tmp_path: Path) -> IdentityStore:
    return IdentityStore(OsDisk(), tmp_path / "data")


def line(controller: ListeningController, token: str | None = None) -> PastedLine:
    endpoint = f"127.0.0.1:{controller.enrolment_port}"
    return PastedLine(endpoint, token or controller.token, controller.authority.root_line)


async def test_the_pasted_line_becomes_an_identity(
    store: IdentityStore, controller: ListeningController
) -> None:
    identity = await enrol(line(controller), store, CLOCK, CHANCE)
    assert store.load() == identity
    assert identity.endpoint == controller.endpoint
    assert identity.fault(CLOCK.now()) is None
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [entry.name for entry in store.path.parent.iterdir()] == ["identity.json"]


async def test_after_a_lost_reply_the_same_request_is_repeated(
    store: IdentityStore, controller: ListeningController
) -> None:
    """Same token and same key: the controller gives the same certificate (trust.md)."""
    controller.replies_lost = 2
    for _ in range(2):
        with pytest.raises(LinkBroken, match="try again later"):
            await enrol(line(controller), store, CLOCK, CHANCE)
    pending = store.path.with_name("pending.json")
    assert stat.S_IMODE(pending.stat().st_mode) == 0o600
    await enrol(line(controller), store, CLOCK, CHANCE)
    assert len(set(controller.requests)) == 1
    assert not pending.exists()


async def test_a_wrong_token_is_final_and_leaves_no_identity(
    store: IdentityStore, controller: ListeningController
) -> None:
    with pytest.raises(EnrolmentRefused, match="this token cannot be used"):
        await enrol(line(controller, "another"), store, CLOCK, CHANCE)
    with pytest.raises(NotEnrolled):
        store.load()


async def test_another_token_is_asked_with_another_key(
    store: IdentityStore, controller: ListeningController
) -> None:
    with pytest.raises(EnrolmentRefused):
        await enrol(line(controller, "another"), store, CLOCK, CHANCE)
    await enrol(line(controller), store, CLOCK, CHANCE)
    assert controller.requests[0] != controller.requests[1]


async def test_a_controller_with_another_root_is_not_even_told_the_token(
    store: IdentityStore, controller: ListeningController
) -> None:
    pasted = PastedLine(f"127.0.0.1:{controller.enrolment_port}", "t", TestAuthority().root_line)
    with pytest.raises(LinkBroken):
        await enrol(pasted, store, CLOCK, CHANCE)
    assert controller.requests == []


async def test_a_certificate_of_another_authority_is_not_accepted(
    store: IdentityStore, controller: ListeningController
) -> None:
    pasted = line(controller)
    true, controller.authority = controller.authority, TestAuthority()
    with pytest.raises(KeyFault, match="not signed by the pinned root"):
        await enrol(pasted, store, CLOCK, CHANCE)
    controller.authority = true


async def test_an_enrolled_machine_keeps_its_identity_unless_told(
    store: IdentityStore, controller: ListeningController
) -> None:
    first = await enrol(line(controller), store, CLOCK, CHANCE)
    with pytest.raises(AgentError, match="--replace"):
        await enrol(line(controller), store, CLOCK, CHANCE)
    assert store.load() == first
    await enrol(line(controller), store, CLOCK, CHANCE, replace=True)
    assert store.load() != first


async def test_renewal_brings_a_new_key(store: IdentityStore, controller: ListeningController) -> None:
    first = await enrol(line(controller), store, CLOCK, CHANCE)
    controller.replies_lost = 1
    with pytest.raises(LinkBroken):
        await renew_once(store, CHANCE)
    assert store.load() == first, "the old one stays in force until the new one is here"
    await renew_once(store, CHANCE)
    renewed = store.load()
    assert renewed.key_pem != first.key_pem
    assert renewed.agent_id == first.agent_id
    assert controller.requests[1] == controller.requests[2]


def test_renewal_is_at_half_life_give_or_take_a_tenth() -> None:
    life = timedelta(days=7)
    shares = [(renewal_time(EPOCH, EPOCH + life, SeededChance(seed)) - EPOCH) / life for seed in range(300)]
    assert 0.45 <= min(shares) < 0.46
    assert 0.54 < max(shares) <= 0.55


@pytest.mark.parametrize("text", ["", "ü", "a b", "A" * 9_000])
def test_a_torn_root_is_named(text: str) -> None:
    with pytest.raises(KeyFault, match="--root is not base64url"):
        root_from_line(text)


@pytest.mark.parametrize("content", ["", "{}", "[]", "not json", '{"agent_id": 1}'])
def test_a_damaged_identity_is_told_with_the_way_out(store: IdentityStore, content: str) -> None:
    store.path.parent.mkdir()
    store.path.write_text(content)
    with pytest.raises(KeyFault, match="enrol this machine again"):
        store.load()


def test_cryptography_stays_out_of_the_resident_process() -> None:
    """It would cost 15 MiB for a few milliseconds of work in a week."""
    from agent.processes import run

    code = "import sys, agent.app; print('cryptography' in sys.modules, 'email' in sys.modules)"
    done = run([sys.executable, "-c", code], 60.0, 1_000)
    assert done.stdout.split() == [b"False", b"False"], done.stderr

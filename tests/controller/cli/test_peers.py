"""Who speaks is the kernel's word: root, a member of staff, or nobody here."""

import os
import pwd
from collections.abc import Sequence

import pytest

from controller.incidents import store as incidents
from tests.support.control import Control

NOBODY = pwd.getpwnam("nobody")


def as_nobody(*, group: int) -> Sequence[str]:
    """Runs a command as another user of this machine; group 0 is that of the socket in these tests."""
    return (
        "setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={group}", "--clear-groups", "--no-new-privs",
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _root_only() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")


async def test_a_stranger_does_not_reach_the_socket(control: Control) -> None:
    ran = await control.vigia("incidents", "list", before=as_nobody(group=NOBODY.pw_gid))
    assert (ran.status, ran.out) == (1, "")
    assert (
        ran.err == f"vigia: you may not use {control.data}/control.sock; ask to be put into the group vigia\n"
    )


async def test_who_reaches_it_without_being_a_user_is_refused_with_the_way_out(control: Control) -> None:
    await control.desk.raised(await control.desk.finding())
    for words in (("incidents", "list"), ("incidents", "close", "INC-1", "--reason", "x"), ("users", "list")):
        ran = await control.vigia(*words, before=as_nobody(group=0))
        assert (ran.status, ran.out) == (1, "")
        assert ran.err == (
            "vigia: nobody is not a user here; an administrator can change that with "
            "`vigia users add nobody ...`\n"
        )


async def test_a_user_of_that_login_acts_under_their_own_name(control: Control) -> None:
    """With their own rights, and as nobody else."""
    case = await control.desk.raised(await control.desk.finding())
    added = await control.vigia(
        "users", "add", "nobody", "--name", "Nadia Boddy", "--email", "n@vigia.example"
    )
    assert added.status == 0, added.err
    before = as_nobody(group=0)
    ran = await control.vigia("incidents", "respond", "INC-1", "Hello", before=before)
    assert ran.status == 0, ran.err
    async with control.desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    assert "Nadia Boddy" in [entry.actor_name for entry in entries if entry.body == "Hello"]
    own = await control.vigia("incidents", "note", "INC-1", "x", "--as", "nobody", before=before)
    assert own.status == 0, own.err
    other = await control.vigia("incidents", "note", "INC-1", "x", "--as", "root", before=before)
    assert (other.status, other.err.count("may act as somebody else")) == (1, 1)
    ban = await control.vigia("machines", "ban", "caja-1", "--reason", "x", before=before)
    assert (ban.status, ban.err.count("administrator")) == (1, 1)


async def test_root_may_act_as_a_user_who_is_there(control: Control) -> None:
    await control.desk.raised(await control.desk.finding())
    ran = await control.vigia("incidents", "respond", "INC-1", "Hola", "--as", "LUIS")
    assert "owner luis" in ran.out
    unknown = await control.vigia("incidents", "note", "INC-1", "x", "--as", "eve")
    assert (unknown.status, unknown.err.count("no active user 'eve'")) == (1, 1)
    odd = await control.vigia("incidents", "note", "INC-1", "x", "--as", "e\nx-vigia-as: root")
    assert (odd.status, odd.err) == (2, "vigia: --as: that is no login; `vigia users list` names them\n")

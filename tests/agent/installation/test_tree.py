"""Installed into a tree and taken away again: everything at its place with its mode, and then nothing."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import AgentError
from agent.installation import account, folders, steps
from agent.installation.account import Account
from agent.installation.places import Places

COMMAND = Path("/opt/vigia-agent/bin/vigia-agent")
ME = Account(os.getuid(), os.getgid())
PASSWD = "root:x:0:0:root:/root:/bin/bash\n"
SERVED = f"vigia-agent:x:{ME.uid}:{ME.gid}::/var/lib/vigia-agent:/usr/sbin/nologin\n"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A tree with a systemd; its commands for users are played, and its users are all us."""
    for folder in ("etc/systemd/system/multi-user.target.wants", "var/lib", "run"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text(PASSWD)
    (tmp_path / "etc/group").write_text("root:x:0:\nsystemd-journal:x:999:\n")
    monkeypatch.setattr(account, "_told", _played)
    make = folders.make
    monkeypatch.setattr(folders, "make", lambda path, mode, uid, gid: make(path, mode, ME.uid, ME.gid))
    return Places(tmp_path)


def _played(places: Places, name: str, *words: str) -> None:
    """useradd and userdel, with the copies of the files as they were that they leave."""
    path = places.root / "etc/passwd"
    before = path.read_text()
    path.with_name("passwd-").write_text(before)
    path.write_text(before + SERVED if name == "useradd" else before.replace(SERVED, ""))


def everything(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): f"{path.lstat().st_mode:o} "
        + (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in sorted(root.rglob("*"))
    }


def install(places: Places) -> list[str]:
    planned = steps.installing(places, COMMAND, "en")
    steps.done(planned)
    return [step.said for step in planned]


def uninstall(places: Places, *, keep_data: bool = False) -> None:
    steps.done(steps.removing(places, "en", keep_data=keep_data))


def test_what_was_installed_and_taken_away_leaves_nothing(places: Places) -> None:
    """Not a file, not a folder, not a line in the list of users, not even in the copy of that list."""
    before = everything(places.root)
    install(places)
    assert everything(places.root) != before
    uninstall(places)
    assert everything(places.root) == before


def test_everything_stands_at_its_place(places: Places) -> None:
    install(places)
    assert stat.S_IMODE(places.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(places.configuration.stat().st_mode) == 0o750
    unit = (places.units / "vigia-agent.service").read_text()
    assert f"ExecStart={COMMAND} run\n" in unit and "\nUser=vigia-agent\n" in unit
    assert "\nSupplementaryGroups=systemd-journal\n" in unit and "\nCapabilityBoundingSet=\n" in unit
    link = places.units / "multi-user.target.wants/vigia-agent.service"
    assert link.readlink() == Path("/etc/systemd/system/vigia-agent.service")


def test_an_upgrade_keeps_the_identity_and_what_the_owner_wrote(places: Places) -> None:
    """Enrolled by root before it was installed, then installed twice: whose it is is the service's user's."""
    places.data.mkdir()
    (places.data / "identity.json").write_text("{}")
    places.configuration.mkdir()
    (places.configuration / "agent.toml").write_text('role = "server"\n')
    (places.configuration / "agent.toml").chmod(0o600)
    install(places)
    again = install(places)
    assert (places.data / "identity.json").read_text() == "{}"
    assert (places.configuration / "agent.toml").read_text() == 'role = "server"\n'
    assert stat.S_IMODE((places.configuration / "agent.toml").stat().st_mode) == 0o640
    assert not any("password" in said for said in again), "the user was there"
    before = (places.root / "etc/passwd").read_text()
    uninstall(places)
    assert (before.count("vigia-agent:x:"), (places.root / "etc/passwd").read_text()) == (1, PASSWD)


def test_data_may_be_kept_with_the_user_that_it_belongs_to(places: Places) -> None:
    install(places)
    (places.data / "identity.json").write_text("{}")
    uninstall(places, keep_data=True)
    assert (places.data / "identity.json").exists() and account.account(places) is not None
    assert list(places.units.glob("vigia*")) == []


def test_a_user_that_was_there_before_us_stays(places: Places) -> None:
    (places.root / "etc/passwd").write_text(PASSWD + SERVED)
    install(places)
    uninstall(places)
    assert (places.root / "etc/passwd").read_text() == PASSWD + SERVED


def test_a_dry_run_says_each_step_and_does_none(places: Places) -> None:
    before = everything(places.root)
    said = [step.said for step in steps.installing(places, COMMAND, "es")]
    assert said[0] == "usuario y grupo vigia-agent, sin contraseña ni terminal" and len(said) > 8
    assert everything(places.root) == before


def test_what_a_user_laid_out_against_root_is_not_given_away(tmp_path: Path) -> None:
    """In the data folder stand a link to another file and a second name of one: both stay whose they were."""
    data, precious = tmp_path / "data", tmp_path / "shadow"
    data.mkdir()
    precious.write_text("secret")
    (data / "link").symlink_to(precious)
    os.link(precious, data / "name")
    (data / "own").write_text("")
    assert folders.hand_over(data, ME, from_uid=ME.uid) == 1


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda places: None, "is not there: no systemd"),
        (lambda places: (places.root / "etc/systemd").mkdir(parents=True), None),
    ],
)
def test_a_tree_without_systemd_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Places], None], says: str | None
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    places = Places(tmp_path)
    harm(places)
    if says is None:
        steps.may(places)
    else:
        with pytest.raises(AgentError, match=says) as refused:
            steps.may(places)
        assert "\n" not in str(refused.value)


def test_who_is_not_root_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(AgentError, match="run this as root"):
        steps.may(Places(tmp_path))

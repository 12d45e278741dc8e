"""The configuration is read whole and every fault is told at once, by key path, with the way out."""

from pathlib import Path

import pytest

from agent.config import DATA_DEFAULT, Role, Watch, load, parse
from agent.errors import ConfigError

GOOD = """
data = "/srv/vigia"
role = "desktop"
log_level = "debug"
https_proxy = "http://proxy:3128"
controller = "vigia.example:7443"

[[watch]]
name = "shop"
kind = "http"
target = "http://127.0.0.1:8080/health"
expect_status = 204

[[watch]]
name = "till"
kind = "unit"
target = "till.service"
timeout_s = 5
"""


def test_a_whole_configuration() -> None:
    config = parse(GOOD)
    assert config.data == Path("/srv/vigia")
    assert config.role is Role.DESKTOP
    assert config.watches == (
        Watch("shop", "http", "http://127.0.0.1:8080/health", 2.0, 204),
        Watch("till", "unit", "till.service", 5.0),
    )


def test_nothing_is_a_server_without_watches() -> None:
    config = parse("")
    assert (config.data, config.role, config.watches) == (DATA_DEFAULT, Role.SERVER, ())


def test_all_faults_at_once() -> None:
    text = """
role = "mainframe"
colour = "red"
spool_quota_bytes = 10

[[watch]]
name = "shop"
kind = "tcp"
target = "nowhere"

[[watch]]
name = "shop"
kind = "http"
target = "ftp://x"
timeout_s = true
"""
    with pytest.raises(ConfigError) as caught:
        parse(text, "agent.toml")
    told = dict(caught.value.faults)
    assert told.keys() == {
        "role",
        "colour",
        "spool_quota_bytes",
        "watch[0].target",
        "watch[1].target",
        "watch[1].timeout_s",
        "watch",
    }
    assert "must be one of server, desktop, laptop" in str(caught.value)
    assert str(caught.value).startswith("agent.toml: ")


@pytest.mark.parametrize(
    "text",
    [
        "data = 3",
        'data = "relative"',
        "watch = 3",
        "watch = [3]",
        "[watch]\nname = 'x'",
        "role = ",
        'controller = "no-port"',
        '[[watch]]\nname="a"\nkind="unit"\ntarget="--root=/"',
        '[[watch]]\nname="a"\nkind="tcp"\ntarget="h:70000"',
        '[[watch]]\nname="a"\nkind="http"\ntarget="http://[x"',
        '[[watch]]\nname="a"\nkind="tcp"\ntarget="h:7"\nexpect_status=200',
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text)


def test_flag_before_environment_before_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(GOOD)
    environment = {"VIGIA_AGENT_DATA": "/from/environment", "VIGIA_AGENT_LOG_LEVEL": "error"}
    assert load(file, {}, required=True).data == Path("/srv/vigia")
    from_environment = load(file, environment, required=True)
    assert (from_environment.data, from_environment.log_level) == (Path("/from/environment"), "error")
    assert load(file, environment, required=True, data=Path("/from/flag")).data == Path("/from/flag")


def test_a_named_file_must_exist_a_default_one_need_not(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load(tmp_path / "none.toml", {}, required=True)
    assert load(tmp_path / "none.toml", {}, required=False).source == "defaults"


def test_a_unit_is_named_as_systemd_would_take_it() -> None:
    """People leave ".service" away, and systemd lets them: what failed is told with it."""
    text = "".join(
        f'[[watch]]\nname = "w{number}"\nkind = "unit"\ntarget = "{target}"\n'
        for number, target in enumerate(("till", "shop.socket"))
    )
    assert parse(text).watched == {"till", "till.service", "shop.socket"}

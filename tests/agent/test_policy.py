"""The owner's file decides; what nobody can read allows nothing; every fault is said at once."""

from datetime import datetime
from pathlib import Path

import pytest

from agent.disk import OsDisk
from agent.errors import ConfigError
from agent.policy import Level, Policy, parse, read_policy

MONDAY_NOON = datetime(2026, 3, 2, 12, 0)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    policy = read_policy(OsDisk(), tmp_path / "policy.toml")
    assert policy == Policy()
    assert policy.refusal(Level.L1, MONDAY_NOON) == ""
    assert policy.refusal(Level.L4, MONDAY_NOON) == "policy_ask"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ('L1 = "always"', ""),
        ('L1 = "never"', "policy_never"),
        ('L1 = "ask"', "policy_ask"),
        ('L1 = "window"\n[window]\nfrom = "08:00"\nuntil = "18:00"', ""),
        ('L1 = "window"\n[window]\nfrom = 08:00:00\nuntil = 24:00', None),
        ('L1 = "window"\n[window]\nfrom = "12:01"\nuntil = "18:00"', "policy_window"),
        ('L1 = "window"\n[window]\nfrom = "08:00"\nuntil = "12:00"', "policy_window"),
        ('L1 = "window"\n[window]\ndays = ["tue"]\nfrom = "08:00"\nuntil = "18:00"', "policy_window"),
        # Over midnight: Sunday's night reaches into Monday.
        ('L1 = "window"\n[window]\ndays = ["sun"]\nfrom = "22:00"\nuntil = "13:00"', ""),
        ('L1 = "window"\n[window]\ndays = ["mon"]\nfrom = "22:00"\nuntil = "13:00"', "policy_window"),
    ],
)
def test_each_consent_means_what_it_says(text: str, refusal: str | None) -> None:
    if refusal is None:
        with pytest.raises(ConfigError):
            parse(text)
        return
    assert parse(text).refusal(Level.L1, MONDAY_NOON) == refusal


def test_all_faults_are_told_at_once_by_key_path() -> None:
    with pytest.raises(ConfigError) as error:
        parse('L0 = "never"\nL1 = "sometimes"\nL9 = "ask"\n[window]\ndays = ["lun"]\nfrom = "8"\nto = "9"')
    paths = {path for path, _ in error.value.faults}
    assert paths == {"L0", "L1", "L9", "window.days", "window.from", "window.until", "window.to"}
    assert "stop the agent" in str(error.value)


def test_a_window_needs_its_hours() -> None:
    with pytest.raises(ConfigError, match="window: must be given"):
        parse('L1 = "window"')


def test_what_cannot_be_read_allows_nothing(tmp_path: Path) -> None:
    """A folder in its place, bytes that are no text, text that is no TOML: an error, never the defaults."""
    for number, data in enumerate((b"\xff\xfe", b"L1 = ")):
        path = tmp_path / f"{number}.toml"
        path.write_bytes(data)
        with pytest.raises(ConfigError):
            read_policy(OsDisk(), path)
    with pytest.raises(ConfigError):
        read_policy(OsDisk(), tmp_path)

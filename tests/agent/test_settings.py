"""`vigia-agent config`: what is in force, and where each value came from."""

import json
from pathlib import Path

from agent.config import load, parse
from agent.rules import ALL
from agent.settings import as_json, as_table, settings

TEXT = """
role = "laptop"
https_proxy = "http://ana:secret@proxy:3128"

[rules."cpu.busy"]
normal_percent = 80

[[backup]]
name = "books"
kind = "restic"
path = "/srv/restic"
"""


def test_each_value_says_where_it_came_from() -> None:
    seen = {one.key: (one.value, one.origin) for one in settings(parse(TEXT))}
    assert seen["role"] == ("laptop", "file")
    assert seen["log_level"] == ("info", "default")
    assert seen["backup"] == (["books: restic /srv/restic"], "file")
    assert seen['rules."cpu.busy".normal_percent'] == (80, "file")
    assert seen['rules."cpu.busy".normal_minutes'] == (30, "role")
    assert seen['rules."network.link".high_s'] == (15, "default")
    limits = sum(len(rule.LIMITS) for rule in ALL)
    assert sum(1 for key in seen if key.startswith("rules.")) == limits


def test_no_secret_of_a_proxy_is_shown() -> None:
    told = as_json(parse(TEXT)) + "\n".join(as_table(parse(TEXT), "es"))
    assert "secret" not in told and "proxy:3128" in told


def test_a_variable_comes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('data = "/srv/a"\nlog_level = "debug"\n')
    config = load(file, {"VIGIA_AGENT_DATA": "/srv/b"}, required=True)
    origins = {one["key"]: (one["value"], one["origin"]) for one in json.loads(as_json(config))}
    assert origins["data"] == ("/srv/b", "environment")
    assert origins["log_level"] == ("debug", "file")


def test_the_table_reads_in_both_languages() -> None:
    assert as_table(parse("", "defaults"), "en")[0] == "In force, from defaults:"
    assert any(line.endswith("por el papel del equipo") for line in as_table(parse(TEXT), "es"))

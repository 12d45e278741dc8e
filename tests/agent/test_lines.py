"""A fault names the line it stands on, as far as a simple reading of the file tells."""

import pytest

from agent.lines import line_of, places

TEXT = """# a comment
role = "server"

[[watch]]
name = "shop"
[[watch]]
name = "till"
target = "x"
[rules."cpu.busy"]
normal_percent = 90
[reach]
internet = ["192.0.2.1:53"]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("role", 2),
        ("watch[0].name", 5),
        ("watch[1].target", 8),
        ("watch[1].kind", 6),
        ("watch", 4),
        ('rules."cpu.busy".normal_percent', 10),
        ('rules."cpu.busy".colour', 9),
        ('rules."cpu.busy"', 9),
        ("reach.internet[0]", 12),
        ("controller", None),
    ],
)
def test_a_key_is_found_or_the_nearest_table_above_it(path: str, line: int | None) -> None:
    assert line_of(places(TEXT), path) == line

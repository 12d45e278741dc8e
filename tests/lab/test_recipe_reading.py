"""A recipe with faults is sent back once, with all of them, each by its key path and line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import RecipeFaulty
from lab.recipe import OracleKind
from lab.recipe_lines import lines_of
from lab.recipe_reading import read_recipe

WHOLE = """
name = "spooler-forgets"
symptom = "a job is gone after a restart of the spooler"
case = "INC-7"
bench = "ssh:printer-bench"
repeats = 20

[limits]
attempt_s = 90
output_bytes = 65536

[[steps]]
name = "print"
run = ["lp", "-d", "office", "/etc/hosts"]
timeout_s = 5
environment = { LANG = "C" }
folder = "/tmp"

[[steps]]
name = "look"
run = ["lpstat", "-o"]
may_fail = true

[oracle]
kind = "pattern"
step = "look"
pattern = "^office-"
present = false

[[factors]]
name = "cups 2.4.7"
apply = ["dpkg", "-i", "/root/cups_2.4.7.deb"]
undo = ["dpkg", "-i", "/root/cups_2.4.2.deb"]
"""

FIVE_FAULTS = """
name = "five"
symptom = "it fails"
repeats = 0

[[steps]]
run = "lp -d office /etc/hosts"

[[steps]]
run = ["true"]
timeout_s = -3

[oracle]
kind = "pattern"
pattern = "(open"

[[factors]]
name = "driver"
apply = ["modprobe", "e1000e"]
"""


def faults(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(RecipeFaulty) as sent_back:
        read_recipe(text.encode(), "recipe.toml")
    return [(fault.path, fault.line) for fault in sent_back.value.faults]


def test_a_whole_recipe_is_read_as_it_was_meant() -> None:
    read = read_recipe(WHOLE.encode(), "recipe.toml")
    assert (read.name, read.case, read.bench, read.repeats) == (
        "spooler-forgets",
        "INC-7",
        "ssh:printer-bench",
        20,
    )
    assert read.steps[0].run == ("lp", "-d", "office", "/etc/hosts")
    assert read.steps[0].environment == {"LANG": "C"} and read.steps[0].folder == "/tmp"
    assert read.steps[1].may_fail and read.steps[1].timeout_s == 60
    assert read.oracle.kind is OracleKind.PATTERN and read.oracle.step == "look" and not read.oracle.present
    assert (read.limits.attempt_s, read.limits.output_bytes) == (90, 65536)
    assert read.factors[0].undo[-1] == "/root/cups_2.4.2.deb"


def test_five_faults_are_told_at_once_by_key_path_and_line() -> None:
    assert faults(FIVE_FAULTS) == [
        ("repeats", 4),
        ("steps[0].run", 7),
        ("steps[1].timeout_s", 11),
        ("oracle.pattern", 15),
        ("factors[0].undo", 17),
    ]


def test_the_message_for_people_has_a_line_for_each_fault() -> None:
    with pytest.raises(RecipeFaulty) as sent_back:
        read_recipe(FIVE_FAULTS.encode(), "five.toml")
    told = str(sent_back.value).splitlines()
    assert told[0] == "five.toml: 5 faults"
    assert told[1] == "  line 4: repeats: must be a whole number from 1 to 10000"
    assert "no shell reads it" in told[2]


def test_a_file_that_is_no_toml_names_the_line() -> None:
    assert faults('name = "x"\nsymptom = = "y"\n') == [("", 2)]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("case = ", 'cse = "x" #'), "cse"),
        (('"INC-7"', '"7"'), "case"),
        (('"ssh:printer-bench"', '"root@host"'), "bench"),
        (("repeats = 20", "repeats = 20.5"), "repeats"),
        (("repeats = 20", "repeats = true"), "repeats"),
        (('name = "look"', 'name = "print"'), "steps[1].name"),
        (('step = "look"', 'step = "nothing"'), "oracle.step"),
        (('kind = "pattern"', 'kind = "feeling"'), "oracle.kind"),
        (("present = false", "equals = 1"), "oracle.equals"),
        (('{ LANG = "C" }', '{ "a b" = "C" }'), "steps[0].environment.a b"),
        (('"/root/cups_2.4.2.deb"', "3"), "factors[0].undo"),
        (('["lpstat", "-o"]', "[]"), "steps[1].run"),
        (("attempt_s = 90", "attempt_s = 1e99"), "limits.attempt_s"),
        (("output_bytes = 65536", "output_bytes = 9999999999"), "limits.output_bytes"),
        (('name = "spooler-forgets"', 'name = "' + "x" * 256 + '"'), "name"),
        (('name = "spooler-forgets"', 'name = " "'), "name"),
        (('"-o"]', '"\\u0000"]'), "steps[1].run"),
    ],
)
def test_each_fault_is_named_by_its_key(change: tuple[str, str], path: str) -> None:
    broken = WHOLE.replace(*change, 1)
    assert broken != WHOLE
    assert path in [found for found, _ in faults(broken)]


@pytest.mark.parametrize("keys", ["", "equals = 1\ndiffers_from = 0"])
def test_an_exit_status_is_asked_for_in_one_way(keys: str) -> None:
    text = f'name = "x"\nsymptom = "y"\n[[steps]]\nrun = ["true"]\n[oracle]\nkind = "exit_status"\n{keys}\n'
    assert [path.rpartition(".")[0] for path, _ in faults(text)] == ["oracle"]


def test_lines_are_found_behind_long_values_and_inside_dotted_tables() -> None:
    text = 'a = """\nb = 1\n"""\nc = [\n  "x = 1", # ]\n]\n[[steps]]\n[steps.environment]\nLANG = "C"\n'
    text += "[[steps]]\nrun=1\n"
    assert lines_of(text) == {
        "": 1, "a": 1, "c": 4, "steps[0]": 7, "steps[0].environment": 8, "steps[0].environment.LANG": 9,
        "steps[1]": 10, "steps[1].run": 11,
    }  # fmt: skip


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_no_bytes_are_answered_with_anything_but_faults(data: bytes) -> None:
    with pytest.raises(RecipeFaulty):
        read_recipe(data, "noise")


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**12) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abnrst", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(["steps", "oracle", "factors", "limits", "repeats", "name", "case"]), SHAPES)
def test_no_shape_of_a_value_breaks_the_reader(key: str, value: object) -> None:
    """Whatever stands where a table should: a fault with a path, never another error."""
    with pytest.raises(RecipeFaulty) as sent_back:
        read_recipe(f"{key} = {_toml(value)}\n".encode(), "noise")
    assert all(fault.path or fault.line for fault in sent_back.value.faults)


def _toml(value: object) -> str:
    match value:
        case None:
            return '""'
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "{" + ", ".join(f"{name} = {_toml(inner)}" for name, inner in value.items()) + "}"
        case _:
            return json.dumps(value)

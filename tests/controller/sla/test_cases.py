"""Cases that anyone can recompute: the project's own, and those that lie beside the repository."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.cli.evaluate import evaluate_file
from controller.sla.cases import exit_status, run_file

ROOT = Path(__file__).parents[3]
FILES = [*(ROOT / "tests/golden/cases").glob("*.json"), *(ROOT.parent / "shared/cases").glob("*.json")]
CASES = [(file.stem, case) for file in sorted(FILES) for case in json.loads(file.read_text(encoding="utf-8"))]
OPEN = {"timezone": "UTC", "weekly": {"mon": [["09:00", "18:00"]]}, "holidays": []}
ADD = OPEN | {"id": "a", "op": "add", "start": "2026-02-02T09:00:00", "minutes": 30}
TIMELINE = {
    "id": "t",
    "policy": {"severities": {"critical": {"first_response": 30}}},
    "calendar": OPEN,
    "events": [{"at": "2026-02-02T09:00:00", "kind": "opened", "severity": "critical"}],
}


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{file}-{c['id']}" for file, c in CASES])
def test_the_case_has_the_expected_answer(case: dict[str, object]) -> None:
    (answer,) = run_file(json.dumps([case]), check=True)
    assert not answer.failed, answer.line
    assert answer.differing == ()


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[f"{file}-{c['id']}" for file, c in CASES])
def test_what_is_expected_is_never_read_otherwise(case: dict[str, object]) -> None:
    """Without its answer (but with the instants it is asked for) a case gets the same one."""
    expected = case.get("expect")
    instants = (
        {k: v for k, v in expected.items() if k in ("as_of", "known_at")}
        if isinstance(expected, dict)
        else {}
    )
    bare = {key: value for key, value in case.items() if key not in ("expect", "expected")} | instants
    (blind,), (seen,) = run_file(json.dumps([bare])), run_file(json.dumps([case]))
    assert blind.line == seen.line


def fault_of(case: object) -> tuple[str, str]:
    (answer,) = run_file(json.dumps([case]))
    assert answer.failed
    error = json.loads(answer.line)["error"]
    return error["field"], error["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"weekly": {"monday": []}}, "weekly.monday"),
        ({"weekly": {"mon": [["9:00", "18:00"]]}}, "weekly.mon[0]"),
        ({"weekly": {"mon": [["24:00", "25:00"]]}}, "weekly.mon[0]"),
        ({"holidays": ["2026-02-30"]}, "holidays[0]"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-13-01T00:00:00"}, "start"),
        ({"start": "9999-12-31T23:59:59"}, "duration"),
        ({"minutes": -1}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": 1e300}, "minutes"),
        ({"minutes": float("nan")}, "minutes"),
        ({"op": "subtract"}, "op"),
    ],
)
def test_a_calendar_case_that_is_wrong_names_the_field(change: dict[str, object], field: str) -> None:
    assert fault_of(ADD | change)[0] == field


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("policy", "colour"), "red", "policy.colour"),
        (
            ("policy", "severities", "critical", "first_reponse"),
            3,
            "policy.severities.critical.first_reponse",
        ),
        (
            ("policy", "severities", "critical", "first_response"),
            -3,
            "policy.severities.critical.first_response",
        ),
        (("policy", "severity_change"), "sometimes", "policy.severity_change"),
        (("policy", "pausable"), ["lunch"], "policy.pausable"),
        (("policy", "hours"), {"first_response": "night"}, "policy.hours.first_response"),
        (("calendar", "hollidays"), [], "calendar.hollidays"),
        (("calendar", "weekly"), {}, "calendar.weekly"),
        (("events",), [], "events"),
        (
            ("events",),
            [{"at": "2026-02-02T09:00:00", "kind": "opened", "severity": "odd"}],
            "events[0].severity",
        ),
        (("events",), [{"at": "2026-02-02T09:00:00", "kind": "phoned"}], "events[0].kind"),
        (("events",), [{"at": "2026-02-02T09:00:00", "kind": "escalated", "level": 9}], "events[0].level"),
        (("events",), [{"kind": "resolved"}], "events[0].at"),
        (("as_of",), "soon", "as_of"),
    ],
)
def test_a_timeline_that_is_wrong_names_the_field(path: tuple[str, ...], value: object, field: str) -> None:
    case = json.loads(json.dumps(TIMELINE))
    target = case
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    assert fault_of(case)[0] == field


def test_one_wrong_case_spoils_no_other() -> None:
    """Lines come in input order; the exit status tells that one had an error."""
    answers = list(run_file(json.dumps([ADD, "nonsense", TIMELINE])))
    assert [answer.failed for answer in answers] == [False, True, False]
    assert exit_status(answers) == 1


junk = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([ADD, TIMELINE]), st.data())
@settings(max_examples=150, deadline=None)
def test_anything_at_all_gets_an_answer_or_an_error(case: dict[str, object], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([*case, "expect", "as_of", "expected"]))
    (answer,) = run_file(json.dumps([case | {key: data.draw(junk)}]), check=True)
    assert set(json.loads(answer.line)) in ({"id", "result"}, {"id", "error"})


def run(path: Path, *, check: bool = False, explain: bool = False) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return evaluate_file(path, check, explain, out, err), out.getvalue(), err.getvalue()


def test_a_file_that_cannot_be_read_is_2(tmp_path: Path) -> None:
    assert run(tmp_path / "none.json")[0] == 2
    for content in (b"{}", b"not json", b"\xff\xfe", b"[" * 100_000):
        (tmp_path / "case.json").write_bytes(content)
        status, out, err = run(tmp_path / "case.json")
        assert (status, out) == (2, "")
        assert err


def test_another_answer_is_1_and_is_shown(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(json.dumps([ADD | {"expected": "2026-02-02T09:31:00"}]))
    status, out, err = run(tmp_path / "case.json", check=True)
    assert status == 1
    assert json.loads(out) == {"id": "a", "result": "2026-02-02T09:30:00Z"}
    assert "expected '2026-02-02T09:31:00', got '2026-02-02T09:30:00Z'" in err
    assert run(tmp_path / "case.json")[0] == 0


def test_explain_adds_the_proof(tmp_path: Path) -> None:
    """Event, open interval, sum: 30 minutes from 09:00 on a Monday."""
    (tmp_path / "case.json").write_text(json.dumps([TIMELINE]))
    _, out, _ = run(tmp_path / "case.json", explain=True)
    proof = json.loads(out)["explain"]["first_response"]
    assert [step["step"] for step in proof["why"]] == ["started", "due"]
    assert proof["counted"] == [{"start": "2026-02-02T09:00:00Z", "end": "2026-02-02T09:30:00Z", "total": 30}]

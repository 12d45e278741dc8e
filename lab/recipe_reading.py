"""From a TOML file to a recipe, or to everything that is wrong with it at once."""

import re
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from lab.errors import Fault, RecipeFaulty
from lab.recipe import Factor, Limits, Oracle, OracleKind, Recipe, Step
from lab.recipe_lines import line_of, lines_of

BYTES_MAX = 256 * 1024
STEPS_MAX, FACTORS_MAX, WORDS_MAX = 50, 100, 200
NAME_MAX, TEXT_MAX, WORD_MAX = 255, 2_000, 8_192
REPEATS_MAX = 10_000
SECONDS_MAX = 86_400.0
OUTPUT_MAX = 2 * 1024 * 1024
CASE = re.compile(r"INC-[1-9][0-9]{0,8}")
BENCH = re.compile(r"local|ssh:[\w.-]{1,64}")
_SYNTAX = re.compile(r"(.*) \(at line (\d+), column \d+\)")

_TOP = ("name", "symptom", "case", "bench", "repeats", "limits", "steps", "oracle", "factors")
_STEP = ("name", "run", "timeout_s", "environment", "folder", "may_fail")
_FACTOR = ("name", "apply", "undo", "timeout_s")
_ORACLE = {
    OracleKind.EXIT_STATUS: ("kind", "step", "equals", "differs_from"),
    OracleKind.PATTERN: ("kind", "step", "pattern", "present"),
    OracleKind.TIME: ("kind", "step", "longer_than_s", "shorter_than_s"),
    OracleKind.SCRIPT: ("kind", "run", "timeout_s"),
}


def read_recipe(data: bytes, source: str) -> Recipe:
    """`source` names the file in messages. Raises RecipeFaulty with every fault."""
    if len(data) > BYTES_MAX:
        raise RecipeFaulty(source, (Fault("", None, f"at most {BYTES_MAX} bytes are read"),))
    try:
        text = data.decode()
        table = tomllib.loads(text)
    except UnicodeDecodeError:
        raise RecipeFaulty(source, (Fault("", None, "must be UTF-8 text"),)) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = _SYNTAX.fullmatch(str(error))
        line = int(told[2]) if told else None
        reason = told[1] if told else str(error)
        raise RecipeFaulty(source, (Fault("", line, f"is not TOML: {reason}"),)) from None
    reader = _Reader(lines_of(text))
    recipe = reader.recipe(table, data)
    if reader.faults:
        order = sorted(reader.faults, key=lambda fault: (fault.line or 10**9, fault.path))
        raise RecipeFaulty(source, tuple(order))
    return recipe


class _Reader:
    """Goes on after each fault, so that all are told at once; what it returns counts only without any."""

    def __init__(self, lines: dict[str, int]) -> None:
        self._lines = lines
        self.faults: list[Fault] = []

    def recipe(self, table: Mapping[str, Any], data: bytes) -> Recipe:
        self._unknown(table, "", _TOP)
        steps = tuple(
            self._step(one, f"steps[{number}]")
            for number, one in enumerate(self._tables(table, "steps", 1, STEPS_MAX))
        )
        self._distinct("steps", [step.name for step in steps])
        factors = tuple(
            self._factor(one, f"factors[{number}]")
            for number, one in enumerate(self._tables(table, "factors", 0, FACTORS_MAX))
        )
        self._distinct("factors", [factor.name for factor in factors])
        return Recipe(
            name=self._text(table, "name", "", NAME_MAX, required=True),
            symptom=self._text(table, "symptom", "", TEXT_MAX, required=True),
            steps=steps,
            oracle=self._oracle(table.get("oracle"), [step.name for step in steps]),
            text=data,
            sha256=sha256(data).hexdigest(),
            case=self._like(table, "case", CASE, "must read like INC-12"),
            bench=self._like(table, "bench", BENCH, "must be local or ssh:NAME") or "local",
            repeats=int(self._number(table, "repeats", "", 1, 1, REPEATS_MAX, whole=True)),
            limits=self._limits(table.get("limits", {})),
            factors=factors,
        )

    def _step(self, table: Any, path: str) -> Step:
        if not isinstance(table, dict):
            self._fault(path, "must be a table: write [[steps]]")
            return Step("", ())
        self._unknown(table, path, _STEP)
        run = self._words(table, "run", path)
        return Step(
            name=self._text(table, "name", path, NAME_MAX) or path.replace("steps[", "step-").rstrip("]"),
            run=run,
            timeout_s=self._seconds(table, "timeout_s", path, 60.0),
            environment=self._environment(table.get("environment", {}), f"{path}.environment"),
            folder=self._text(table, "folder", path, TEXT_MAX) or None,
            may_fail=self._truth(table, "may_fail", path, default=False),
        )

    def _factor(self, table: Any, path: str) -> Factor:
        if not isinstance(table, dict):
            self._fault(path, "must be a table: write [[factors]]")
            return Factor("", (), ())
        self._unknown(table, path, _FACTOR)
        return Factor(
            name=self._text(table, "name", path, NAME_MAX, required=True),
            apply=self._words(table, "apply", path),
            undo=self._words(table, "undo", path),
            timeout_s=self._seconds(table, "timeout_s", path, 60.0),
        )

    def _oracle(self, table: Any, steps: list[str]) -> Oracle:
        nothing = Oracle(OracleKind.EXIT_STATUS)
        if not isinstance(table, dict):
            self._fault("oracle", "must be a table that says what tells the symptom: write [oracle]")
            return nothing
        try:
            kind = OracleKind(table.get("kind"))
        except ValueError:
            self._fault("oracle.kind", f"must be one of {', '.join(kind.value for kind in OracleKind)}")
            return nothing
        self._unknown(table, "oracle", _ORACLE[kind])
        if kind is OracleKind.SCRIPT:
            timeout_s = self._seconds(table, "timeout_s", "oracle", 60.0)
            return Oracle(kind, run=self._words(table, "run", "oracle"), timeout_s=timeout_s)
        step = self._text(table, "step", "oracle", NAME_MAX) or (steps[-1] if steps else "")
        if "step" in table and step not in steps:
            self._fault("oracle.step", f"no step is named {step[:60]!r}")
        if kind is OracleKind.PATTERN:
            present = self._truth(table, "present", "oracle", default=True)
            return Oracle(kind, step, pattern=self._pattern(table), present=present)
        keys = (
            ("equals", "differs_from")
            if kind is OracleKind.EXIT_STATUS
            else ("longer_than_s", "shorter_than_s")
        )
        given = [key for key in keys if key in table]
        if len(given) != 1:
            self._fault(f"oracle.{given[1] if given else keys[0]}", f"give one of {keys[0]} and {keys[1]}")
            return nothing
        if kind is OracleKind.EXIT_STATUS:
            status = int(self._number(table, given[0], "oracle", 0, -255, 255, whole=True))
            return Oracle(kind, step, **{given[0]: status})  # type: ignore[arg-type]  # the key is one of the two
        seconds = self._seconds(table, given[0], "oracle", 0.0)
        return Oracle(kind, step, **{given[0]: seconds})  # type: ignore[arg-type]

    def _limits(self, table: Any) -> Limits:
        if not isinstance(table, dict):
            self._fault("limits", "must be a table: write [limits]")
            return Limits()
        self._unknown(table, "limits", ("attempt_s", "output_bytes"))
        return Limits(
            self._seconds(table, "attempt_s", "limits", 600.0),
            int(self._number(table, "output_bytes", "limits", 1024 * 1024, 1, OUTPUT_MAX, whole=True)),
        )

    # --- values ---------------------------------------------------------------------------------------

    def _fault(self, path: str, reason: str) -> None:
        self.faults.append(Fault(path, line_of(path, self._lines), reason))

    def _unknown(self, table: Mapping[str, Any], path: str, known: tuple[str, ...]) -> None:
        for key in table.keys() - set(known):
            self._fault(_under(path, key), f"no such key; known here: {', '.join(known)}")

    def _tables(self, table: Mapping[str, Any], key: str, least: int, most: int) -> list[Any]:
        value = table.get(key, [])
        if not isinstance(value, list):
            self._fault(key, f"must be tables: write [[{key}]]")
            return []
        if not least <= len(value) <= most:
            self._fault(key, f"there must be {least} to {most} of them, not {len(value)}")
        return value[:most]

    def _distinct(self, key: str, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name and name in names[:number]:
                self._fault(f"{key}[{number}].name", f"{name[:60]!r} is taken; names must differ")

    def _text(
        self, table: Mapping[str, Any], key: str, path: str, most: int, *, required: bool = False
    ) -> str:
        given = table.get(key, "")
        if not isinstance(given, str):
            self._fault(_under(path, key), "must be text in quotes")
            return ""
        value = given.strip()
        if required and not value:
            self._fault(_under(path, key), "must be given")
        elif len(value) > most or "\0" in value:
            self._fault(_under(path, key), f"must have at most {most} characters, no NUL among them")
        return value

    def _like(self, table: Mapping[str, Any], key: str, pattern: re.Pattern[str], reason: str) -> str:
        value = self._text(table, key, "", NAME_MAX)
        if value and not pattern.fullmatch(value):
            self._fault(key, reason)
        return value

    def _words(self, table: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
        value = table.get(key)
        where = _under(path, key)
        if isinstance(value, str):
            self._fault(
                where, 'must be an argument vector, as in ["lp", "-d", "office", "a file"]; no shell reads it'
            )
        elif not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
            self._fault(where, 'must be an argument vector, as in ["lp", "-d", "office"]')
        elif len(value) > WORDS_MAX or any(len(word) > WORD_MAX or "\0" in word for word in value):
            self._fault(where, f"at most {WORDS_MAX} words of {WORD_MAX} characters, no NUL among them")
        elif not value[0].strip():
            self._fault(where, "the first word must name a program")
        else:
            return tuple(value)
        return ()

    def _environment(self, table: Any, path: str) -> dict[str, str]:
        if not isinstance(table, dict):
            self._fault(path, 'must be a table, as in { LANG = "C" }')
            return {}
        for name, value in table.items():
            if not re.fullmatch(r"[A-Za-z_]\w*", name):
                self._fault(f"{path}.{name}", "is no name of a variable")
            if not isinstance(value, str) or len(value) > WORD_MAX or "\0" in value:
                self._fault(f"{path}.{name}", f"must be text of at most {WORD_MAX} characters")
        return {name: value for name, value in table.items() if isinstance(value, str)}

    def _truth(self, table: Mapping[str, Any], key: str, path: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            self._fault(_under(path, key), "must be true or false")
        return bool(value)

    def _seconds(self, table: Mapping[str, Any], key: str, path: str, default: float) -> float:
        return self._number(table, key, path, default, 0.01, SECONDS_MAX)

    def _number(
        self,
        table: Mapping[str, Any],
        key: str,
        path: str,
        default: float,
        low: float,
        high: float,
        *,
        whole: bool = False,
    ) -> float:
        value = table.get(key, default)
        fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not fits or (key in table and not low <= value <= high):
            self._fault(_under(path, key), f"must be a {'whole ' * whole}number from {low:g} to {high:g}")
            return default
        return float(value)

    def _pattern(self, table: Mapping[str, Any]) -> str:
        pattern = self._text(table, "pattern", "oracle", TEXT_MAX, required=True)
        try:
            re.compile(pattern, re.MULTILINE)
        except re.error as error:
            self._fault("oracle.pattern", f"is no regular expression: {error}")
        return pattern


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key

"""Two machines, one of them ill: what differs between them is listed, most telling first."""

from datetime import UTC, datetime

import pytest

from evidence.compare import Difference, compare, unread
from evidence.environment import Environment, Fact, Kind, environment_from_json, environment_to_json
from evidence.errors import EnvironmentUnreadable

HEAD = b'{"schema": "vigia.environment/1", "taken_at": "2026-03-02T12:00Z", '
AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def environment(facts: dict[str, tuple[str, Kind]], **gaps: str) -> Environment:
    return Environment("bench", AT, {name: Fact(*fact) for name, fact in facts.items()}, gaps)


def test_a_driver_comes_before_a_package_and_a_package_before_a_file() -> None:
    good = environment(
        {
            "data.spool": ("12", Kind.DATA),
            "package.cups": ("2.4.2", Kind.PACKAGE),
            "driver.e1000e": ("3", Kind.DRIVER),
        }
    )
    bad = environment(
        {
            "data.spool": ("99", Kind.DATA),
            "package.cups": ("2.4.7", Kind.PACKAGE),
            "driver.e1000e": ("4", Kind.DRIVER),
        }
    )
    found = compare(good, bad)
    assert [difference.factor for difference in found] == ["driver.e1000e", "package.cups", "data.spool"]
    assert found[1] == Difference("package.cups", Kind.PACKAGE, "2.4.2", "2.4.7")


def test_what_changed_comes_before_what_only_one_side_has() -> None:
    good = environment({"package.zlib": ("1", Kind.PACKAGE)})
    bad = environment({"package.zlib": ("2", Kind.PACKAGE), "package.abc": ("1", Kind.PACKAGE)})
    assert [difference.factor for difference in compare(good, bad)] == ["package.zlib", "package.abc"]


def test_the_same_twice_does_not_differ() -> None:
    one = environment({"kernel.release": ("6.1", Kind.KERNEL)})
    assert compare(one, one) == ()


def test_what_a_side_could_not_read_is_a_gap_and_no_difference() -> None:
    """No dpkg on the bench: three hundred packages are not suddenly missing there."""
    good = environment({"package.cups": ("2.4.2", Kind.PACKAGE), "locale.zone": ("UTC", Kind.LOCALE)})
    bad = environment({"locale.zone": ("UTC", Kind.LOCALE)}, package="dpkg-query is not installed")
    assert compare(good, bad) == ()
    assert unread(good, bad) == ("package",)


def test_only_some_kinds_on_request() -> None:
    good = environment({"package.a": ("1", Kind.PACKAGE), "driver.b": ("1", Kind.DRIVER)})
    bad = environment({"package.a": ("2", Kind.PACKAGE), "driver.b": ("2", Kind.DRIVER)})
    assert [difference.factor for difference in compare(good, bad, [Kind.PACKAGE])] == ["package.a"]


def test_a_manifest_survives_its_file() -> None:
    made = environment(
        {"package.cups": ("2.4\n«ñ»", Kind.PACKAGE), "x": ("", Kind.DATA)}, driver="no /proc/modules"
    )
    assert environment_from_json(environment_to_json(made)) == made


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"\xff\xfe", ""),
        (b"[]", ""),
        (b"{}", "schema"),
        (b'{"schema": "vigia.environment/1"}', "facts"),
        (HEAD + b'"facts": {"a": {"value": "1", "kind": "mood"}}}', "facts.a.kind"),
        (HEAD + b'"facts": {"a": {"value": 1}}}', "facts.a"),
        (HEAD + b'"facts": {}, "taken_at": "yesterday"}', "taken_at"),
    ],
)  # fmt: skip
def test_another_file_is_refused_by_the_field_that_is_wrong(data: bytes, field: str) -> None:
    with pytest.raises(EnvironmentUnreadable) as refused:
        environment_from_json(data)
    assert refused.value.field == field

"""What is written down: nothing that people typed is computed, and the same report gives the same bytes."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from controller.reports import figures, paper, sheets
from controller.reports.compliance import By, Report
from controller.reports.verdict import judge
from controller.words.catalogue import translator
from tests.controller.reports.histories import LATER, MONDAY
from tests.controller.reports.test_second_count import told

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\u00a0=1")


def report(*customers: str) -> Report:
    verdicts = tuple(
        replace(judge(told(seed)), customer=customers[seed % len(customers)]) for seed in range(40)
    )
    day = MONDAY.date()
    return Report(day, day + timedelta(days=30), MONDAY + LATER, "", verdicts, ())


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_of_a_csv_begins_like_a_formula(name: str) -> None:
    data = sheets.comma_separated(figures.incidents(report(name), translator("en")))
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert {row[1] for row in rows[1:]} == {f"'{name}"}


def test_a_workbook_holds_text_where_people_typed_and_no_formula() -> None:
    table = figures.incidents(report(*FORMULAS, "http://evil.example", "3"), translator("es"))
    with zipfile.ZipFile(io.BytesIO(sheets.workbook((table,), MONDAY))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "hyperlink" not in sheet
        assert not [name for name in book.namelist() if "external" in name.lower()]


def test_the_same_report_gives_the_same_bytes() -> None:
    one, words = report("Sol", "Luna"), translator("es")
    tables = (figures.grouped(one, By.CUSTOMER, words), figures.incidents(one, words))
    assert sheets.workbook(tables, one.as_of) == sheets.workbook(tables, one.as_of)
    assert paper.pdf(one, By.WEEK, words, "UTC") == paper.pdf(one, By.WEEK, words, "UTC")


def test_paper_takes_any_name_as_text() -> None:
    """Commands of the typesetter, control signs, half characters, other scripts."""
    names = (
        "#panic()",
        '#read("/etc/passwd")',
        "*x* _y_ $z$ `w`",
        "\x00\x1b[31m",
        "a\ud800b",
        "日本",
        "\u202eabc",
    )
    assert paper.pdf(report(*names), By.CUSTOMER, translator("en"), "UTC").startswith(b"%PDF-")


def test_a_report_of_nothing_is_a_report() -> None:
    empty = replace(report("Sol"), verdicts=())
    for language in ("es", "en"):
        words = translator(language)
        assert paper.pdf(empty, By.MONTH, words, "UTC").startswith(b"%PDF-")
        assert len(figures.grouped(empty, By.MONTH, words).rows) == 1


def test_a_figure_below_its_target_is_never_rounded_up_to_it() -> None:
    words = translator("en")
    assert paper.percent(0.94999, words) == "94.9 %"
    assert paper.percent(0.95, words) == "95 %"
    assert paper.percent(None, words) == "–"

"""Reports for a spreadsheet: CSV and XLSX. What somebody typed stays text there and is never computed."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

from controller.reports.figures import Column, Kind, Table, Value

# A cell that begins so is a formula to a spreadsheet; some read the full-width signs too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_FORMATS = {Kind.RATIO: "0.0%", Kind.MINUTES: "0.0", Kind.DAY: "yyyy-mm-dd"}
_WIDTH_MAX = 42


def comma_separated(table: Table) -> bytes:
    """UTF-8 with its mark, so that a spreadsheet reads accents. Ratios are 0..1, days ISO 8601."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_harmless(column.heading) for column in table.columns])
    for row in table.rows:
        writer.writerow([_plain(value, column) for value, column in zip(row, table.columns, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Value, column: Column) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _harmless(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return f"{value:.4f}" if column.kind is Kind.RATIO else f"{value:.1f}"


def _harmless(text: str) -> str:
    """An apostrophe before what would be computed, and no half characters."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def workbook(tables: tuple[Table, ...], as_of: datetime) -> bytes:
    """A sheet for each table. The same report gives the same bytes."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                           "strings_to_numbers": False})  # fmt: skip
    book.set_properties({"created": as_of.astimezone(UTC).replace(tzinfo=None), "author": "Vigía"})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table.title))
        sheet.freeze_panes(1, 1)
        for position, column in enumerate(table.columns):
            sheet.write_string(0, position, column.heading, bold)
            sheet.set_column(position, position, _width(table, position))
        for number, row in enumerate(table.rows, 1):
            for position, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                _write(sheet, number, position, value, formats.get(column.kind))
    book.close()
    return made.getvalue()


def _write(sheet: Any, row: int, position: int, value: Value, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, position, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, position, value, form)
    else:
        sheet.write_number(row, position, value, form)


def _width(table: Table, position: int) -> int:
    texts = [str(row[position]) for row in table.rows if isinstance(row[position], str)]
    return min(_WIDTH_MAX, max([12, *map(len, texts)]))


def _sheet_name(title: str) -> str:
    """A spreadsheet refuses some signs and more than 31 of any."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31]

"""Where an answer is not what a case expects: instants are compared as instants, numbers within 1e-6."""

from collections.abc import Mapping
from datetime import datetime

from controller.sla.case_reading import instant
from controller.sla.errors import CaseInvalid

_NEAR = 1e-6


def differences(path: str, wanted: object, got: object, zone: str) -> tuple[str, ...]:
    """One line per difference; naive instants are local to `zone`."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        keys = [*wanted, *(key for key in got if key not in wanted)]
        return tuple(
            line for key in keys for line in differences(f"{path}.{key}", wanted.get(key), got.get(key), zone)
        )
    if isinstance(wanted, list) and isinstance(got, list):
        if len(wanted) != len(got):
            return (f"{path}: expected {len(wanted)} entries, got {len(got)}: {got}",)
        pairs = enumerate(zip(wanted, got, strict=True))
        return tuple(line for i, (w, g) in pairs for line in differences(f"{path}[{i}]", w, g, zone))
    return () if _same(wanted, got, zone) else (f"{path}: expected {wanted!r}, got {got!r}",)


def _same(wanted: object, got: object, zone: str) -> bool:
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= _NEAR
    if wanted == got:
        return True
    first, second = _moment(wanted, zone), _moment(got, zone)
    return first is not None and first == second


def _moment(value: object, zone: str) -> datetime | None:
    try:
        return instant(value, zone, "expected")
    except CaseInvalid:
        return None

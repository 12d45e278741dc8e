"""A machine's inventory in words: what changed as people say it, in both languages."""

import pytest

from controller.fleet.inventory.document import KEYS, ONES
from controller.words.catalogue import translator
from controller.words.inventory import CAME, FIELDS, SECTIONS, WENT, changed, facts
from protos.vigia.v1 import inventory_pb2 as pb

GIB = 2**30
SAID = [
    (("hardware", "", "memory_bytes", str(16 * GIB), str(8 * GIB)), "La memoria disminuyó: 16 GiB → 8 GiB"),
    (("hardware", "", "memory_bytes", str(8 * GIB), str(16 * GIB)), "La memoria aumentó: 8 GiB → 16 GiB"),
    (("disks", "sda", "serial", "WD WX1", "WD WX2"), "Disco sda sustituido: WD WX1 → WD WX2"),
    (("packages", "nginx", "version", "1.2", "1.3"), "Paquete nginx: 1.2 → 1.3"),
    (("packages", "vim", "", "9", None), "Paquete vim 9 eliminado"),
    (
        ("memory_modules", "A1", "", None, f"{8 * GIB} Kingston"),
        "Módulo de memoria A1 añadido: 8 GiB Kingston",
    ),
    (("disks", "sda", "is_rotational", "True", "False"), "sda, Gira: sí → no"),
    (("system", "", "kernel", "6.1", ""), "Núcleo: 6.1 → –"),
]


@pytest.mark.parametrize(("change", "said"), SAID)
def test_what_changed(change: tuple[str, str, str, str | None, str | None], said: str) -> None:
    assert changed(translator("es"), *change) == said


def test_every_section_and_field_of_the_message_has_its_words() -> None:
    sections = pb.Inventory.DESCRIPTOR.fields_by_name
    assert set(SECTIONS) == {*ONES, *KEYS} and set(CAME) == set(WENT) == set(KEYS)
    fields = {field.name for name in SECTIONS for field in sections[name].message_type.fields}
    assert fields == set(FIELDS)


def test_what_is_not_known_is_left_out() -> None:
    told = facts(translator("en"), {"vendor": "Dell", "serial": "", "cpu_cores": 0, "memory_bytes": 2 * GIB})
    assert told == [("Vendor", "Dell"), ("Memory", "2 GiB")]

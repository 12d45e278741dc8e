"""What a redactor promises whatever it is given."""

# ruff: noqa: E501 - rows of samples are read across

import gzip
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evidence.redact import Redactor, redact_tree
from tests.support.secret_corpus import corpus

SALT = b"a salt of sixteen"
NAMES = st.sampled_from(
    [
        "a.log",
        ".env",
        "x.json",
        "x.yaml",
        "x.xml",
        "x.reg",
        "shadow",
        "sw.cfg",
        "x.csv",
        "cmdline",
        ".bash_history",
    ]
)
PARTS = st.sampled_from(
    ["password", "=", ": ", '"', "'", "\n", " ", "clave es ", "Hola99!", "{", "}", "[", "]", "-----BEGIN PRIVATE" + " KEY-----", "AAAABBBB",
     "-----END PRIVATE" + " KEY-----", "mysql -p", "curl -u a:", "<Password>", "</Password>", "://u:", "@h", "\\", "token", "key", ",", ";", "| ", "- ", "$6$ab$", "Bearer ", "\0", "ñ", "4111111111111111", "[redacted:password:0a1b2c3d]"]
)  # fmt: skip


@given(name=NAMES, data=st.binary(max_size=300))
@example(name="a", data=b"\x1f\x8b\x08broken")
@example(name="a", data=b"\xff\xfe\x00")
@example(name="a", data=b"\xff\xfe\x00\xd8")
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_it_raise(name: str, data: bytes) -> None:
    result = Redactor(SALT).redact(name, data)
    assert result.status in ("masked", "clean", "withheld")
    assert (result.status == "withheld") == bool(result.reason)


@given(name=NAMES, parts=st.lists(PARTS, max_size=25))
@settings(max_examples=400, deadline=None)
def test_redacting_twice_changes_nothing(name: str, parts: list[str]) -> None:
    """Masks are neither masked again nor damaged, and nothing new comes to light beside them."""
    once = Redactor(SALT).redact(name, "".join(parts).encode())
    assert Redactor(SALT).redact(name, once.data).data == once.data


def test_a_redacted_corpus_is_clean() -> None:
    """Over whole realistic files a second run finds nothing at all."""
    for one in corpus(6):
        first = Redactor(SALT).redact(one.name, one.data)
        assert Redactor(SALT).redact(one.name, first.data).data == first.data, one.name


def test_equal_secrets_get_equal_masks_in_one_bundle_and_others_elsewhere() -> None:
    text = b"db_password=Olivo77x\n"
    one, two = Redactor(SALT), Redactor(b"another salt of 16")
    assert one.redact("a.env", text).data == one.redact("b.env", text).data != two.redact("a.env", text).data


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="salt"):
        Redactor(b"short")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
)
def test_the_encoding_and_its_bom_are_kept(encoding: str) -> None:
    data = "Contraseña: Olivo77x\r\nUbicación: almacén, pasillo tres\r\n".encode(encoding)
    result = Redactor(SALT).redact("a.txt", data)
    assert result.status == "masked"
    text = result.data.decode(encoding)
    assert "Olivo77x" not in text and "Ubicación: almacén, pasillo tres\r\n" in text
    assert result.data[:2] == data[:2]


def test_gzip_comes_back_as_gzip_and_a_bomb_is_withheld() -> None:
    packed = gzip.compress(b"password=Olivo77x host=a\n")
    result = Redactor(SALT).redact("a.log.gz", packed)
    assert b"Olivo77x" not in gzip.decompress(result.data) and b"host=a" in gzip.decompress(result.data)
    bomb = gzip.compress(b"\n" * 50_000_000)
    assert Redactor(SALT).redact("b.gz", bomb).status == "withheld"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04rest",
        b"\x7fELF\x02\x01",
        bytes(range(256)) * 4,
        gzip.compress(gzip.compress(b"x", mtime=0), mtime=0),
        b"\x1f\x8b\x08\x00cut",
    ],
)
def test_what_cannot_be_read_is_withheld_with_its_reason(data: bytes) -> None:
    result = Redactor(SALT).redact("blob", data)
    assert (result.status, result.data) == ("withheld", b"") and result.reason


def test_a_tree_is_reported_by_counts_and_withheld_files_are_not_written() -> None:
    written: dict[str, bytes] = {}
    report = redact_tree(
        [
            ("a/.env", b"DB_PASSWORD=Olivo77x\n"),
            ("b.txt", b"found Olivo77x here\n"),
            ("c.txt", b"nothing\n"),
            ("d.bin", b"\x7fELF"),
        ],
        lambda path, data: written.__setitem__(path, data),
        SALT,
    )
    shown = report.to_json()
    assert [(one["path"], one["status"]) for one in shown["files"]] == [
        ("a/.env", "masked"),
        ("b.txt", "masked"),
        ("c.txt", "clean"),
        ("d.bin", "withheld"),
    ]
    assert shown["counts"] == {"password": 2} and sorted(written) == ["a/.env", "b.txt", "c.txt"]
    assert "Olivo77x" not in json.dumps(shown) and b"Olivo77x" not in b"".join(written.values())


def test_without_a_sink_only_counts_are_made() -> None:
    assert redact_tree([("a.env", b"PASSWORD=Olivo77x\n")], None, SALT).counts == {"password": 1}


def test_hostile_text_costs_no_more_than_plain_text() -> None:
    """Long runs that make careless expressions explode: each within a second or two, not minutes."""
    from time import process_time

    for hostile in ("a" * 100_000, "password " * 10_000, '"' * 50_000, "://" * 30_000, "-" * 100_000, "4" * 100_000, "=" * 100_000,
                    "{" * 50_000, "<a " * 30_000, "key: " * 20_000, "\\" * 50_000, "clave es " * 10_000, "a:" * 50_000, "password=[" * 10_000):  # fmt: skip
        began = process_time()
        Redactor(SALT).redact("x.json", hostile.encode())
        Redactor(SALT).redact("x.conf", hostile.encode())
        assert process_time() - began < 6, hostile[:12]

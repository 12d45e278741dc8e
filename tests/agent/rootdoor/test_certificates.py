"""Through the door a certificate goes out, and nothing that lies in the same file, folder or place."""

import binascii
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.collectors.system.certificates import der, expiry, places
from agent.collectors.system.certificates.expiry import Expiry
from agent.inventory.system import memory_module, structures
from agent.rootdoor import asked, certificates
from agent.rootdoor.certificates import certbots, public
from agent.rootdoor.door import Door, Unheard
from tests.support.certificates import certificate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEY = b"-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n"
Answered = Callable[..., dict[str, object]]


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where servers keep certificates."""
    made = tmp_path / "etc"
    made.mkdir()
    monkeypatch.setattr(certificates, "ROOTS", (f"{made}/",))
    monkeypatch.setattr(public, "__defaults__", ((f"{made}/",),))
    return made


def ask(verb: str, *values: str) -> dict[str, object]:
    return Door(frozenset()).answer({"verb": verb, "with": list(values)}).told


def test_of_a_file_with_its_key_only_the_certificate_goes_out(etc: Path) -> None:
    pem = certificate(NOON)
    (etc / "both.pem").write_bytes(KEY + pem)
    told = ask("certificate.public", str(etc / "both.pem"))
    assert set(told) == {"der"}
    assert binascii.a2b_base64(str(told["der"])) == der.first_of_pem(pem)


@pytest.mark.parametrize("content", [KEY, b"", b"root:$6$salt$hash:1::::::\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])  # fmt: skip # noqa: E501
def test_what_is_no_certificate_says_nothing_of_itself(etc: Path, content: bytes) -> None:
    """Neither its content nor whether it is there: a file that is not there gets the same words."""
    (etc / "file").write_bytes(content)
    there, absent = (ask("certificate.public", str(etc / name)) for name in ("file", "none"))
    assert there == absent and set(there) == {"missing"}


def test_paths_that_lead_elsewhere_are_refused(etc: Path, tmp_path: Path) -> None:
    """A certificate outside of those places is not given, by no way that leads to it."""
    outside = tmp_path / "home.pem"
    outside.write_bytes(certificate(NOON))
    (etc / "link.pem").symlink_to(outside)
    (etc / "folder").mkdir()
    os.mkfifo(etc / "pipe")
    for path in (
        str(outside), f"{etc}/../home.pem", str(etc / "link.pem"), str(etc / "folder"), str(etc / "pipe"),
        "relative.pem", f"{etc}/a b.pem", f"{etc}/" + "x" * 400, "/dev/zero", "",
    ):  # fmt: skip
        assert set(ask("certificate.public", path)) == {"missing"}, path


def test_more_or_fewer_words_are_refused() -> None:
    for request in (("certificate.public",), ("certificate.public", "a", "b"), ("certificates.certbot", "a")):
        with pytest.raises(Unheard):
            ask(*request)


def test_certbots_own_are_named(tmp_path: Path) -> None:
    for name in ("shop.example", "mail.example", "odd name", "README"):
        (tmp_path / name).mkdir() if name != "README" else (tmp_path / name).write_text("")
    assert certbots(str(tmp_path)) == [
        f"{tmp_path}/{name}/fullchain.pem" for name in ("mail.example", "shop.example")
    ]


def test_a_certificate_that_only_root_may_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a service: certbot's folder is closed, and so is a file that nginx names."""
    pem = certificate(NOON)
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx/nginx.conf").write_text("ssl_certificate /etc/nginx/own.pem;\n")

    def refused(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(expiry, "contents", refused)
    monkeypatch.setattr(places, "_certbots", lambda _: ["/etc/letsencrypt/live/shop/fullchain.pem"])
    monkeypatch.setattr(expiry, "by_root", lambda _: der.first_of_pem(pem))
    reading = Expiry(str(tmp_path)).read(NOON)
    sources = {one.attributes["vigia.cert.source"] for one in reading.metrics if one.name != "vigia.certs"}
    assert sources == {"/etc/nginx/own.pem", "/etc/letsencrypt/live/shop/fullchain.pem"}
    assert reading.gaps == ()


def test_without_a_door_it_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that a configuration names and nobody can look at is unknown, and never passed over."""
    (tmp_path / "nginx").mkdir()
    (tmp_path / "nginx/nginx.conf").write_text("ssl_certificate /etc/nginx/own.pem;\n")

    def refused(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    def closed(_: str) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(expiry, "contents", refused)
    monkeypatch.setattr(places, "_certbots", closed)
    monkeypatch.setattr(asked, "can_ask", lambda _: False)
    told = [gap.reason for gap in Expiry(str(tmp_path)).read(NOON).gaps]
    assert told == [
        "/etc/nginx/own.pem: only root may read it", f"{tmp_path}/letsencrypt/live: Permission denied",
    ]  # fmt: skip


def test_memory_modules_out_of_the_firmwares_whole_table() -> None:
    """Two modules and an empty slot between other structures, the end marked as SMBIOS has it."""

    def device(size: int, slot: bytes) -> bytes:
        body = bytearray(0x28)
        body[0], body[1] = 17, 0x28
        body[0x0C:0x0E] = size.to_bytes(2, "little")
        body[0x10] = 1
        return bytes(body) + slot + b"\0\0"

    other = bytes([1, 4, 0, 0]) + b"Dell Inc.\0\0"
    end = bytes([127, 4, 0, 0]) + b"\0\0"
    table = (
        other + device(8192, b"DIMM1") + device(0, b"DIMM2") + other + device(16384, b"DIMM3") + end + other
    )
    modules = [memory_module(raw) for raw in structures(table)]
    assert [one and (one["slot"], one["size_bytes"]) for one in modules] == [
        ("DIMM1", 8 * 2**30), None, ("DIMM3", 16 * 2**30),
    ]  # fmt: skip
    for cut in range(len(table)):
        structures(table[:cut])
    assert json.dumps(modules)

"""Wireless, VPN and mounts: `netsh ... key=clear`, iwd, WLAN profiles, WireGuard, credentials files, mount options."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.page import Page
from evidence.redact.spans import Span

_NETSH = re.compile(
    r"(?im)^\s*(?:key content|contenido de la clave|contingut de la clau|conte.{1,2}do da chave|clave de seguridad|security key contents?)\s*:\s*(.+?)\s*$"
)
_WIFI_KEY = re.compile(
    r"(?im)^\s*#?\s*(?:psk|wpa_psk|wpa_passphrase|wpa-psk|wep_key\d?|wep-key\d?|sae_password|passphrase|presharedkey|pre-shared-key|key\d?|wireless-key|"
    r"leap-password|private_key_passwd|private-key-password|phase2-private-key-password|password-raw|wep_passphrase)"
    r"\s*[=\s]\s*(?:s:)?(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\n\r\"']+?))\s*$"
)
_BASE64_KEY = re.compile(r"(?im)^\s*#?\s*(?:private-?key|preshared-?key)\s*=\s*([A-Za-z0-9+/]{42,44}=?)\s*$")
_MOUNT = re.compile(r"(?i)\b(?:password|pass|passwd|password2)=([^,\s\"']+)")
_DUMP = re.compile(
    r"(?m)^\w[\w.\-]*\t([A-Za-z0-9+/]{43}=)\t[A-Za-z0-9+/]{43}=\t|^(?:[\w.\-]+\t)?[A-Za-z0-9+/]{43}=\t([A-Za-z0-9+/]{43}=)\t"
)


def find(page: Page) -> Iterator[Span]:
    """Spans of keys of networks and mounts."""
    text, base, lower = page.text, page.base, page.lower
    if "key content" in lower or "clave" in lower or "clau" in lower or "chave" in lower:
        yield from _all(_NETSH, text)
    wifi = (
        "wpa" in base
        or base.startswith(("ifcfg-", "keys-", "hostapd"))
        or base == "interfaces"
        or base.endswith((".nmconnection", ".psk", ".8021x"))
        or "[wifi" in lower
        or "[security]" in lower
        or "network={" in lower
        or "wpa_passphrase=" in lower
        or "wpa-psk" in lower
    )
    if wifi:
        yield from _all(_WIFI_KEY, text)
    if "private" in lower or "preshared" in lower:
        yield from _all(_BASE64_KEY, text)
    if "=\t" in text:
        yield from _all(_DUMP, text)
    for number in page.lines_with(("cifs", "davfs", "credentials", "smb")):
        start, end = page.bounds(number)
        for found in _MOUNT.finditer(text, start, end):
            if not is_empty_of_secret(found.group(1)):
                yield Span(found.start(1), found.end(1), "password")


def _all(expression: re.Pattern[str], text: str) -> Iterator[Span]:
    for found in expression.finditer(text):
        index = next((index for index in range(1, expression.groups + 1) if found.group(index)), 0)
        if (
            index
            and not is_empty_of_secret(found.group(index))
            and not found.group(index).lower().startswith(("wpa-", "open"))
        ):
            yield Span(found.start(index), found.end(index), "psk")

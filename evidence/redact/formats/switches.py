"""Configurations of switches, routers and firewalls: Cisco, HP/Aruba, Juniper, MikroTik, Fortinet, Huawei, Ubiquiti.

Reversible ciphers (Cisco type 7, `ENC`, `$9$`) are as good as plain text, so everything after the word goes.
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.page import Page
from evidence.redact.spans import Span

_V = r"(\"[^\"\n]+\"|[^\s\"]+)"
_LINES = tuple(
    re.compile(expression, re.MULTILINE | re.IGNORECASE)
    for expression in (
        rf"^\s*enable\s+(?:secret|password)\s+(?:level\s+\d+\s+)?(?:\d\s+|sha512\s+|encrypted\s+)?{_V}",
        rf"^\s*user(?:name)?\s+(?:name\s+)?\S+\s+.*?\b(?:secret|password)\s+(?:\d{{1,2}}\s+|encrypted\s+|sha512\s+|ciphertext\s+|plaintext\s+|hash\s+|clear\s+)?{_V}",
        rf"^\s*(?:password|passwd|secret)\s+(?:[0-9]\s+|ENC\s+|encrypted\s+)?{_V}(?:\s+(?:encrypted|pbkdf2|level\s+\d+))?\s*$",
        rf"^\s*password\s+(?:manager|operator|port-access)(?:\s+user-name\s+\S+)?\s+(?:plaintext|sha1|sha256)\s+{_V}",
        rf"\bsnmp-(?:server|agent)\s+community\s+(?:(?:read-only|read-write|read|write|cipher|simple|ro|rw)\s+)*(?:\d\s+(?=\S+\s+r[ow]))?{_V}",
        rf"\bsnmp-server\s+host\s+\S+\s+(?:vrf\s+\S+\s+)?(?:traps\s+|informs\s+)?(?:(?:version\s+)(?:1|2c|3\s+\w+)\s+)?(?:community\s+)?(?:encrypted\s+)?{_V}",
        rf"\bsnmp-(?:server|agent)\s+(?:usm-)?user\s+.*?\bauth(?:entication-mode)?\s+(?:md5|sha\S*)\s+(?:cipher\s+)?{_V}",
        rf"\bsnmp-(?:server|agent)\s+(?:usm-)?user\s+.*?\bpriv(?:acy-mode)?\s+(?:des|3des|aes\S*)\s+(?:128\s+|192\s+|256\s+)?(?:cipher\s+)?{_V}",
        rf"\b(?:tacacs|radius)(?:-server)?\b.*?\b(?:key|secret)\s+(?:[067]\s+|encrypted\s+|cipher\s+)?{_V}",
        rf"^\s*(?:server-private|host)\s+.*?\bkey\s+(?:[067]\s+)?{_V}",
        rf"^\s*key(?:-string)?\s+(?:[067]\s+|encrypted\s+)?{_V}\s*$",
        rf"\bcrypto\s+isakmp\s+key\s+(?:[06]\s+)?{_V}\s+(?:address|hostname)",
        rf"\bpre-shared-key\s+(?:(?:local|remote|ascii-text|hexadecimal|cipher|simple|[06])\s+)*{_V}",
        rf"\bip\s+ospf\s+authentication-key\s+(?:\d\s+)?{_V}",
        rf"\bmessage-digest-key\s+\d+\s+md5\s+(?:\d\s+|encrypted\s+)?{_V}",
        rf"^\s*(?:neighbor\s+)?\S*\s*neighbor\s+\S+\s+password\s+(?:\d\s+)?{_V}",
        rf"\bntp\s+authentication-key\s+\d+\s+(?:md5|sha\d*|cmac\S*)\s+{_V}",
        rf"\bwpa-psk\s+(?:ascii|hex)\s+(?:\d\s+)?{_V}",
        rf"\b(?:wpa-passphrase|wpa2?-psk|psk\s+set-key\s+ascii|psk-passphrase)\s+(?:\d\s+)?{_V}",
        rf"\bppp\s+(?:chap|pap)\s+.*?password\s+(?:\d\s+)?{_V}",
        rf"\bauthentication\s+(?:md5\s+key-string|text)\s+(?:\d\s+)?{_V}",
        rf"\b(?:encrypted-password|plaintext-password|plain-text-password-value|authentication-key|ascii-text|authentication-password|privacy-password|authentication-sha|privacy-aes128)\s+{_V}",
        rf"^\s*set\s+.*?\bsecret\s+{_V}",
        rf"^\s*secret\s+{_V};",
        rf"^\s*set\s+snmp\s+community\s+{_V}",
        rf"^\s*set\s+service\s+snmp\s+community\s+{_V}",
        rf"^\s*set\s+(?:passwd|password|psksecret|passphrase|secret|key|auth-pwd|priv-pwd|private-key|sso-password|ppk-secret|auth-keychain|privatekey|psk|tacacs-key|ldap-password|community)\d?\s+(?:ENC\s+)?{_V}",
        rf"\b(?:wpa2?-pre-shared-key|ipsec-secret|l2tp-secret|pre-shared-key|radius-secret|authentication-password|encryption-password|supplicant-identity-password|passphrase|preshared-key|private-key|secret)={_V}",
        rf"\b(?:irreversible-cipher|cipher|simple)\s+{_V}",
        rf"^\s*(?:ldap-login-password|key-chain\s+\S+|auth-password|priv-password)\s+{_V}",
        rf"^\s*(?:set\s+)?system\s+root-authentication\s+\S+\s+{_V}",
        rf"\bikev[12]\s+(?:local|remote)-authentication\s+pre-shared-key\s+{_V}",
        rf"^\s*(?:wep|wpa)\s+key\s+(?:\d\s+)?{_V}",
        rf"^\s*vty\s+password\s+{_V}",
        rf"^\s*standby\s+\d+\s+authentication\s+(?:md5\s+key-string\s+)?(?:\d\s+)?{_V}",
    )
)
_JUNIPER_COMMUNITY = re.compile(r"(?m)^\s*community\s+(\"[^\"\n]+\"|[^\s{;\"]+)\s*\{")
_MIKROTIK_COMMUNITY = re.compile(
    r"(?m)(?:/snmp community[^\n]*\n(?:\s*(?:add|set)\s[^\n]*\n)*?\s*(?:add|set)\s[^\n]*?|/snmp community (?:add|set)\s[^\n]*?)\bname=(\"[^\"\n]+\"|[^\s\"]+)"
)
_SIGNS = re.compile(
    r"(?im)^\s*(?:enable (?:secret|password)|username \S+ |hostname \S+\s*$|interface (?:vlan|gigabit|fast|ten|ethernet|ge-|port)|snmp-(?:server|agent)\b|config (?:system|user|vpn|wireless|router)|"
    r"set (?:system|interfaces|security|snmp|vpn|service|protocols|access) |/(?:ip|interface|ppp|snmp|system|user|radius|tool)\b|local-user \S+|crypto (?:isakmp|ikev?\d?)|tunnel-group|"
    r"(?:radius|tacacs)(?:-server)?\s|password manager|aaa |line (?:vty|con)|router (?:ospf|bgp)|version \d+\.\d|system \{|snmp \{|key chain)"
)
_NOT_VALUES = frozenset(
    "encryption authentication view group use-vrf version traps informs enable disable server-group source source-interface timeout host port v1 v2c v3 auth priv noauth local remote 0 5 7 8 9 ro rw "
    "cipher simple md5 sha aes des trap deadtime retransmit vsa attribute dead-criteria contact location engineid min-length complexity aging history control password-control key-chain".split()
)


def find(page: Page) -> Iterator[Span]:
    """Spans in texts that show at least one sign of a device's configuration."""
    text = page.text
    if len(text) > 8 * 1024 * 1024 or len(_SIGNS.findall(text[: 256 * 1024])) < 1 or page.is_kind("log"):
        return
    needles = (
        "secret",
        "passw",
        "communit",
        "snmp",
        "key",
        "pre-shared",
        "psk",
        "passphrase",
        "cipher",
        "simple",
        "auth",
        "pwd",
        "privacy",
        "ascii",
        "private",
    )
    ranges = [page.bounds(number) for number in page.lines_with(needles)]
    for start, end in ranges:
        for expression in _LINES:
            for found in expression.finditer(text, start, end) if end - start < 4096 else ():
                first, last = found.span(1)
                if last - first > 2 and text[first] == '"' == text[last - 1]:
                    first, last = first + 1, last - 1
                value = text[first:last].rstrip(";")
                if value.lower() not in _NOT_VALUES and (
                    not is_empty_of_secret(value)
                    or (value.lower() in ("public", "private", "secret") and "snmp" in text[start:end])
                ):
                    yield Span(
                        first,
                        first + len(value),
                        "community" if "communit" in text[start:end].lower() else "password",
                    )
    for expression in (_JUNIPER_COMMUNITY, _MIKROTIK_COMMUNITY):
        for found in expression.finditer(text) if "communit" in page.lower else ():
            yield Span(found.start(1), found.end(1), "community")

"""Secrets that name themselves: tokens with known prefixes, JWT, credentials inside URLs, headers.

Prefixes are published by their issuers; the literal is searched first, the expression only where it stands.
"""

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret, is_known_fact
from evidence.redact.page import Page
from evidence.redact.spans import Span

_W = r"[A-Za-z0-9_\-]"
PREFIXES: dict[str, str] = {
    "ghp_": r"\w{20,}",
    "gho_": r"\w{20,}",
    "ghu_": r"\w{20,}",
    "ghs_": r"\w{20,}",
    "ghr_": r"\w{20,}",
    "github_pat_": r"\w{20,}",
    "glpat-": _W + "{16,}",
    "gldt-": _W + "{16,}",
    "glrt-": _W + "{16,}",
    "glptt-": _W + "{16,}",
    "xoxb-": _W + "{10,}",
    "xoxp-": _W + "{10,}",
    "xoxa-": _W + "{10,}",
    "xoxr-": _W + "{10,}",
    "xoxs-": _W + "{10,}",
    "xapp-": _W + "{10,}",
    "xoxe.": r"[\w.\-]{10,}",
    "xoxe-": _W + "{10,}",
    "xoxc-": _W + "{10,}",
    "xoxd-": r"[\w%\-]{10,}",
    "sk_live_": r"\w{10,}",
    "sk_test_": r"\w{10,}",
    "rk_live_": r"\w{10,}",
    "rk_test_": r"\w{10,}",
    "whsec_": r"[\w+/=]{10,}",
    "sk-": r"(?:proj-|svcacct-|ant-|or-|lf-)?" + _W + "{20,}",
    "AKIA": r"[A-Z0-9]{16}",
    "ASIA": r"[A-Z0-9]{16}",
    "ABIA": r"[A-Z0-9]{16}",
    "AIza": _W + "{30,}",
    "ya29.": r"[\w\-.]{20,}",
    "GOCSPX-": _W + "{20,}",
    "1//0": _W + "{30,}",
    "SG.": r"[\w\-]{16,}\.[\w\-]{16,}",
    "npm_": r"\w{30,}",
    "pypi-": _W + "{30,}",
    "dop_v1_": r"\w{20,}",
    "doo_v1_": r"\w{20,}",
    "dor_v1_": r"\w{20,}",
    "hvs.": _W + "{16,}",
    "hvb.": _W + "{16,}",
    "hvr.": _W + "{16,}",
    "shpat_": r"\w{16,}",
    "shpss_": r"\w{16,}",
    "shpca_": r"\w{16,}",
    "shppa_": r"\w{16,}",
    "sq0atp-": _W + "{16,}",
    "sq0csp-": _W + "{16,}",
    "EAAA": _W + "{50,}",
    "AGE-SECRET-KEY-1": r"[A-Z0-9]{40,}",
    "lin_api_": r"\w{20,}",
    "figd_": _W + "{20,}",
    "dckr_pat_": _W + "{20,}",
    "glsa_": r"\w{20,}",
    "glc_": r"[\w+/=]{20,}",
    "sntrys_": r"[\w+/=\-]{20,}",
    "sntryu_": r"\w{20,}",
    "ATATT3": r"[\w\-=.]{20,}",
    "ATBB": r"\w{20,}",
    "PMAK-": _W + "{20,}",
    "rubygems_": r"\w{20,}",
    "hf_": r"\w{24,}",
    "r8_": r"\w{24,}",
    "tfp_": r"\w{24,}",
    "key-": r"[0-9a-f]{32}\b",
    "NRAK-": r"\w{20,}",
    "dp.pt.": r"\w{20,}",
    "dp.st.": r"[\w.]{20,}",
    "pscale_": r"\w{20,}",
    "secret_": r"\w{40,}",
    "ntn_": r"\w{30,}",
    "xkeysib-": _W + "{20,}",
    "access_token$production$": r"\w+\$\w{20,}",
    "oy2": r"[a-z0-9]{43}\b",
    "tskey-": _W + "{16,}",
    "cfut_": _W + "{20,}",
    "fo1_": _W + "{20,}",
    "FlyV1 ": r"[\w,+/=\-]{20,}",
    "K10": r"[0-9a-f]{48,}::\w+:\w+",
    "bkua_": r"\w{20,}",
    "waka_": r"[\w\-]{20,}",
    "pat-": r"(?:na|eu)\d-[\w\-]{20,}",
    "APP_USR-": r"[\w\-]{20,}",
    "TEST-": r"\d{10,}-\d{6}-\w{20,}[\w\-]*",
    "MTA": r"[\w\-]{20,}\.[\w\-]{6}\.[\w\-]{27,}",
    "v1.0-": r"[0-9a-f]{24}-[0-9a-f]{100,}",
    "psk_": r"\w{20,}",
    "ops_eyJ": r"\w{40,}",
}
_COMPILED = {literal: re.compile(re.escape(literal) + rest) for literal, rest in PREFIXES.items()}
_JWT = re.compile(r"eyJ[\w\-]{6,}\.[\w\-]{6,}(?:\.[\w\-]*){1,3}")
_URL_USER = re.compile(r"://([^\s:/?#@\"'<>\[\]\\]*):([^\s\"'<>/?\\]{1,256})@(?=[\w\[.\-$%{])")
_URL_ODD = re.compile(
    r"://([^\s:/?#@\"'<>\[\]\\]*):([^\s\"'<>@]{1,128})@(?=[\w\-]+(?:\.[\w\-]+)*(?::\d+)?(?:[/?\s\"']|$))"
)
_URL_TOKEN = re.compile(r"://([A-Za-z0-9_\-]{20,})@(?=[\w.\-])")
_GO_DSN = re.compile(r"[\w.\-]+:([^\s\"']{1,128}?)@(?:tcp|unix)\(")
_HOOKS = {
    "hooks.slack.com/": re.compile(r"(?:services|workflows|triggers)/([\w/+\-]{10,})"),
    "/api/webhooks/": re.compile(r"(\d{5,}/[\w\-]{10,})"),
    "webhook.office.com/": re.compile(r"webhookb2/([\w@\-/]{20,})"),
    "api.telegram.org/bot": re.compile(r"(\d{6,12}:[\w\-]{20,})"),
    "api.callmebot.com/": re.compile(r".*?apikey=(\w+)"),
    "hc-ping.com/": re.compile(r"([\w\-]{20,})"),
    "maker.ifttt.com/": re.compile(r"\S*?/key/([\w\-]{10,})"),
    "outlook.office.com/": re.compile(r"webhook/([\w@\-/]{20,})"),
}
_TELEGRAM = re.compile(r"(?<![\w:])\d{8,10}:AA[\w\-]{30,36}")
_AUTHORIZATION = re.compile(
    r"(?i)authorization['\"\\]*\s*[:=]>?\s*['\"\\]*\s*(?:(basic|bearer|token|negotiate|ntlm|apikey|digest|aws4-hmac-sha256|glpat|key)\s+)?([^\s'\"\\,;]{4,}(?:[^\r\n'\"\\]*signature=[^\s'\"\\]+)?)"
)
_BEARER = re.compile(r"(?i)\b(?:bearer|basic)\s+(?!token|auth|realm)([\w\-.~+/]{12,}={0,2})")
_COOKIE = re.compile(r"(?i)\b(?:set-)?cookie['\"\\]*\s*:\s*['\"\\]*([^\r\n'\"]{4,})")
_COOKIE_PAIR = re.compile(r"(?:^|;\s*)([\w\-.]+)=([^;\s\\]{6,})")
_COOKIE_ATTRIBUTES = frozenset("path domain expires max-age samesite version lang locale theme".split())
_AUTH_SMTP = re.compile(r"(?i)\bAUTH (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5) ([A-Za-z0-9+/]{8,}={0,2})")
_SASL = re.compile(r"\bresp=([A-Za-z0-9+/]{8,}={0,2})")
_FTP_PASS = re.compile(r"(?:^|[\s\"'>\]:])PASS ([^\s\"']{3,})(?=[\s\"']|$)")
_OTPAUTH = re.compile(r"(?i)otpauth://[^\s\"'<>]*?secret=([A-Z2-7=%]{8,})")
_SIGNATURE = re.compile(
    r"(?i)[?&;](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|code|hmac|key|auth)=([^&\s\"'<>]{16,})"
)


def find(page: Page) -> Iterator[Span]:
    """Spans of self-evident secrets, anywhere in the text."""
    text = page.text
    for literal, expression in _COMPILED.items():
        for at in page.places(literal):
            found = expression.match(text, at)
            if (
                found
                and not (at and (text[at - 1].isalnum() or text[at - 1] in "_-"))
                and _is_mixed(found.group())
            ):
                yield Span(at, found.end(), "token")
    for at in page.places("eyJ"):
        found = _JWT.match(text, at)
        if found and not (at and text[at - 1].isalnum()):
            yield Span(at, found.end(), "jwt")
    yield from _urls(page)
    yield from _headers(page)
    for found in _TELEGRAM.finditer(text) if ":AA" in text else ():
        yield Span(found.start(), found.end(), "token")


def _is_mixed(token: str) -> bool:
    """At least one digit or a capital: `pypi-attestations-verification-tool` is no token."""
    return any(char.isdigit() for char in token) or (
        token.lower() != token and token.count("-") + token.count("_") < 3
    )


def _urls(page: Page) -> Iterator[Span]:
    text = page.text
    for at in page.places("://"):
        found = _URL_USER.match(text, at) or _URL_ODD.match(text, at)
        if found and not is_empty_of_secret(found.group(2)) and not found.group(2).isdigit():
            yield Span(found.start(2), found.end(2), "url_password")
            continue
        if found and found.group(2).isdigit() and len(found.group(2)) > 5:
            yield Span(found.start(2), found.end(2), "url_password")
        token = _URL_TOKEN.match(text, at)
        if token:
            yield Span(token.start(1), token.end(1), "token")
    for at in (*page.places("@tcp("), *page.places("@unix(")):
        start, end = page.line(at)
        yield from _groups(_GO_DSN, text, start, end, "url_password")
    for literal, expression in _HOOKS.items():
        for at in page.places(literal):
            found = expression.match(text, at + len(literal))
            if found:
                yield Span(found.start(1), found.end(1), "webhook")
    for number in page.lines_with(
        ("otpauth", "sig=", "ignature=", "token=", "?code=", "&code=", "hmac=", "?key=", "&key=", "auth=")
    ):
        start, end = page.bounds(number)
        yield from _groups(_OTPAUTH, text, start, end, "token")
        yield from _groups(_SIGNATURE, text, start, end, "token")


def _headers(page: Page) -> Iterator[Span]:
    text = page.text
    for number in page.lines_with(
        (
            "authorization",
            "bearer ",
            "basic ",
            "cookie",
            "auth plain",
            "auth login",
            "auth xoauth2",
            "resp=",
            "auth cram",
            "pass ",
        )
    ):
        start, end = page.bounds(number)
        for found in _AUTHORIZATION.finditer(text, start, end):
            if (found.group(1) or len(found.group(2)) >= 16) and not is_empty_of_secret(found.group(2)):
                yield Span(found.start(2), found.end(2), "authorization")
        for found in _BEARER.finditer(text, start, end):
            value = found.group(1)
            if any(c.isdigit() for c in value) and not is_known_fact(value) and not is_empty_of_secret(value):
                yield Span(found.start(1), found.end(1), "authorization")
        for found in _COOKIE.finditer(text, start, end):
            for pair in _COOKIE_PAIR.finditer(found.group(1)):
                if pair.group(1).lower() not in _COOKIE_ATTRIBUTES and not is_empty_of_secret(pair.group(2)):
                    yield Span(found.start(1) + pair.start(2), found.start(1) + pair.end(2), "cookie")
        yield from _groups(_AUTH_SMTP, text, start, end, "authorization")
        yield from _groups(_SASL, text, start, end, "authorization")
        yield from _groups(_FTP_PASS, text, start, end, "password")


def _groups(expression: re.Pattern[str], text: str, start: int, end: int, rule: str) -> Iterator[Span]:
    for found in expression.finditer(text, start, end):
        if not is_empty_of_secret(found.group(1)):
            yield Span(found.start(1), found.end(1), rule)

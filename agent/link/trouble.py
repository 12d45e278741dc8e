"""Why a call to the controller failed, in words: what gRPC says is for programmers."""

import grpc

from agent.words import say

# The first whose mark is in what gRPC says; most particular first.
_MARKS = (
    ("proxy", "trouble.proxy"),
    ("certificate_verify_failed", "trouble.root"),
    ("wrong_version_number", "trouble.plain"),
    ("domain name", "trouble.name"),
    ("resolving", "trouble.name"),
    ("dns", "trouble.name"),
    ("connection refused", "trouble.refused"),
    ("unreachable", "trouble.route"),
    ("no route", "trouble.route"),
    ("deadline", "trouble.timeout"),
    ("timeout", "trouble.timeout"),
    ("timed out", "trouble.timeout"),
    ("socket closed", "trouble.closed"),
    ("connection reset", "trouble.closed"),
    ("broken pipe", "trouble.closed"),
    ("handshake", "trouble.tls"),
)


def in_words(code: grpc.StatusCode, details: str | None) -> str:
    """One line for the log and for the one who enrols, in English as the log is."""
    told = " ".join((details or "").split())[:300]
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return say("en", "trouble.port")
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return say("en", "trouble.timeout")
    if code is grpc.StatusCode.UNAVAILABLE:
        mark = next((key for mark, key in _MARKS if mark in told.lower()), None)
        return say("en", mark) if mark else told or say("en", "trouble.closed")
    return f"{code.name} {told}".strip()

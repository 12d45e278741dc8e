"""Which proxy gRPC takes to an endpoint: the same variables in the same order, so that doctor goes that way.

gRPC reads small letters only, speaks plain HTTP to the proxy, and leaves it aside for what `no_proxy` names.
"""

import base64
import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

VARIABLES = ("grpc_proxy", "https_proxy", "http_proxy")
EXCEPTIONS = ("no_grpc_proxy", "no_proxy")
PORT_DEFAULT = 80


@dataclass(frozen=True, slots=True)
class Proxy:
    """`variable` is where it was found; `authorization` the value of its header, empty without a user."""

    variable: str
    host: str
    port: int
    authorization: str = ""

    @property
    def endpoint(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def proxy_for(environment: Mapping[str, str], host: str) -> Proxy | None:
    """The proxy on the way to that host; None when the way is direct. Raises ValueError naming the variable
    when its value is no http:// address."""
    variable = next((name for name in VARIABLES if environment.get(name)), None)
    if variable is None or _excepted(environment, host):
        return None
    text = environment[variable]
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        named, port = parts.hostname, parts.port or PORT_DEFAULT
    except ValueError:
        raise ValueError(variable) from None
    if parts.scheme != "http" or not named:
        raise ValueError(variable)
    authorization = ""
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(user.encode()).decode()
    return Proxy(variable, named, port, authorization)


def _excepted(environment: Mapping[str, str], host: str) -> bool:
    listed = next((environment[name] for name in EXCEPTIONS if environment.get(name)), "")
    return any(_covers(entry.strip(), host) for entry in listed.split(",") if entry.strip())


def _covers(entry: str, host: str) -> bool:
    """A name's ending, or a network that holds the address."""
    if host.lower().endswith(entry.lower()):
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    return False

"""The proxy that doctor tries is the one that gRPC takes."""

import pytest

from agent.proxy import Proxy, proxy_for


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"https_proxy": "http://gate:3128"}, Proxy("https_proxy", "gate", 3128)),
        ({"http_proxy": "gate:3128"}, Proxy("http_proxy", "gate", 3128)),
        ({"grpc_proxy": "http://one", "https_proxy": "http://two"}, Proxy("grpc_proxy", "one", 80)),
        ({"https_proxy": "http://me:a%40b@gate:1"}, Proxy("https_proxy", "gate", 1, "Basic bWU6YUBi")),
        ({"https_proxy": "http://gate:1", "no_proxy": "localhost, .example"}, None),
        ({"https_proxy": "http://gate:1", "no_proxy": "other"}, Proxy("https_proxy", "gate", 1)),
    ],
)
def test_the_way_out(environment: dict[str, str], proxy: Proxy | None) -> None:
    assert proxy_for(environment, "vigia.example") == proxy


def test_a_network_can_be_left_out() -> None:
    assert proxy_for({"https_proxy": "http://gate:1", "no_proxy": "10.0.0.0/8"}, "10.1.2.3") is None


@pytest.mark.parametrize("value", ["socks5://gate:1", "http://", "http://gate:port"])
def test_an_address_that_is_none_is_named_by_its_variable(value: str) -> None:
    with pytest.raises(ValueError, match="https_proxy"):
        proxy_for({"https_proxy": value}, "vigia.example")

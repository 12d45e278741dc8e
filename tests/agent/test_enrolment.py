"""Where to enrol: the usual port unless another is said."""

import pytest

from agent.enrolment import endpoint_of
from agent.errors import UsageError


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ("vigia.example", "vigia.example:7444"),
        ("vigia.example:9000", "vigia.example:9000"),
        ("192.0.2.1", "192.0.2.1:7444"),
        ("2001:db8::1", "[2001:db8::1]:7444"),
        ("[2001:db8::1]", "[2001:db8::1]:7444"),
        ("[2001:db8::1]:9000", "[2001:db8::1]:9000"),
    ],
)
def test_the_usual_port_need_not_be_said(given: str, endpoint: str) -> None:
    assert endpoint_of(given) == endpoint


@pytest.mark.parametrize("given", ["", ":7444", "a:0", "a:65536", "a:x", "https://a:7444", "a b:1"])
def test_what_is_no_endpoint_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(UsageError, match=r"as in vigia\.example:7444"):
        endpoint_of(given)

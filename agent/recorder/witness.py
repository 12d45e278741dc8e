"""The recorder as a witness: how the machine's last run ended, where neither logins nor journal can tell."""

from dataclasses import replace

from agent.signals import Metric, Reading


def witnessed(reading: Reading, *, abrupt: bool) -> Reading:
    """The reading of `uptime`, with what an abrupt end of the recording means where nobody else knows.

    An agent that is stopped says so in the ring, and one that was killed is started again within seconds: a
    recording that breaks off and goes on in another boot is a machine that went down unasked.
    """
    if reading.collector != "uptime" or not abrupt or reading.value("vigia.boot.unclean") is not None:
        return reading
    told = (
        Metric("vigia.boot.unclean", 1.0, "1"),
        Metric("vigia.boot.unclean_24h", 1.0, "{boot}"),
    )
    return replace(reading, metrics=(*reading.metrics, *told))

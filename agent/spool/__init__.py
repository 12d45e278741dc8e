"""The durable outbox: what this machine saw stays here until the controller says it is committed.

Two lanes, each with its own sequence from 1. Faults are synced before `put` returns and are never evicted
before they are acknowledged; metrics are not synced and drop oldest first, leaving a counted gap
(trust.md R2-R5, R9). It always starts: what cannot be read is set aside and reported.
It knows no protobuf and no network: payloads are bytes, `agent.wire` gives them meaning.
"""

from agent.spool.record import Kind, Lane, Record
from agent.spool.spool import Spool

__all__ = ["Kind", "Lane", "Record", "Spool"]

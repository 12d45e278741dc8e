"""A plan under which incidents may wait, for the customer of a desk."""

from datetime import UTC, datetime

from controller.sla import store as plans
from controller.sla.plan_file import read_plan
from controller.sla.versions.version import PlanVersion
from controller.storage import Unit

DOCUMENT = """
name = "Con pausas"
zone = "America/Mexico_City"
effective_from = 2026-01-01T00:00:00-06:00
pausable = ["first_response", "update_every", "escalate_l2", "escalate_l3"]
pause_max = "1d"
[severity.critical]
first_response = "30m"
update_every = "2h"
escalate_l2 = "4h"
escalate_l3 = "8h"
[severity.high]
first_response = "2h"
update_every = "4h"
escalate_l2 = "8h"
escalate_l3 = "16h"
[severity.normal]
first_response = "4h"
update_every = "1d"
escalate_l2 = "2d"
escalate_l3 = "4d"
"""


async def agree_on_pauses(unit: Unit) -> None:
    """From the beginning of 2026 on, for everybody."""
    begins = datetime(2026, 1, 1, 6, tzinfo=UTC)
    version = PlanVersion(unit.chance.uuid(), None, begins, read_plan(DOCUMENT, {}), DOCUMENT)
    await plans.add(unit.connection, version, unit.now)

"""Plans and calendars as somebody would write them."""

from datetime import datetime

OFFICE = """\
name = "office"
zone = "America/Mexico_City"
holidays = [2026-03-16]
{begins}
[weekly]
mon = [["09:00", "14:00"], ["15:00", "18:00"]]
tue = [["09:00", "18:00"]]
wed = [["09:00", "18:00"]]
thu = [["09:00", "18:00"]]
fri = [["09:00", "18:00"]]
"""
PLAN = """\
name = "Soporte de oficina"  # as signed
zone = "America/Mexico_City"
{begins}
pausable = ["update_every"]
[severity.critical]
first_response = "30m"
update_every = "2h"
escalate_l2 = "4h"
escalate_l3 = "8h"
contact_recommended = ["phone"]
[severity.high]
first_response = "2h"
update_every = "4h"
escalate_l2 = "8h"
escalate_l3 = "16h"
[severity.normal]
first_response = "{normal}"
update_every = "1d"
escalate_l2 = "2d"
escalate_l3 = "4d"
[hours]
first_response = "office"
update_every = "office"
"""


def office(begins: datetime | None = None) -> str:
    """Monday has a lunch break, 16 March 2026 is a holiday."""
    return OFFICE.format(begins=_written(begins))


def office_plan(begins: datetime | None = None, normal: str = "4h") -> str:
    """First response and updates count office hours, escalation the whole week."""
    return PLAN.format(begins=_written(begins), normal=normal)


def _written(begins: datetime | None) -> str:
    return f"effective_from = {begins.isoformat()}" if begins else ""

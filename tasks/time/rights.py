"""What follows from the rules on fields of time entries, and who may lock periods."""

from typing import Any

from crm.access.rights import Action, FieldAccess, let_rule_follow, may
from tasks.models import TimeEntry
from teams.models import Company

_LABEL = TimeEntry._meta.label_lower


def register_time_rules() -> None:
    for name, leader in TimeEntry.RULED_WITH.items():
        for access in FieldAccess:
            let_rule_follow((_LABEL, name, access), of=(_LABEL, leader, access))


def may_lock(user: Any) -> bool:
    """Whoever keeps the company's settings locks its periods, and writes in them."""
    return may(user, Action.CHANGE, Company)

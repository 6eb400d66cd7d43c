"""What follows from the rules on fields of tasks: a moment is told with its day, a state with its status."""

from crm.access.rights import FieldAccess, let_rule_follow
from tasks.models import Task


def register_rules() -> None:
    for name, leader in Task.RULED_WITH.items():
        for access in FieldAccess:
            let_rule_follow(("tasks.task", name, access), of=("tasks.task", leader, access))

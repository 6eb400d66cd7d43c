"""What managers do with a person beside editing him: `{% load care %}`."""

from typing import Any

from django import template

from crm.access.rights import Action
from teams.models import User
from teams.selectors import people_managed_by

register = template.Library()


@register.inclusion_tag("teams/people/_care_lines.html", takes_context=True)
def care_lines(context: Any, person: User) -> dict[str, Any]:
    """Lines of a person's menu, for those who may: hand his book over, reset his second factor, deactivate him."""
    actor = context["request"].user

    def may(action: Action) -> bool:
        return people_managed_by(actor, action).filter(pk=person.pk).exists()

    return {
        "person": person,
        "may_hand_over": may(Action.ASSIGN),
        "may_reset": may(Action.CHANGE),
        "may_deactivate": may(Action.DELETE),
    }

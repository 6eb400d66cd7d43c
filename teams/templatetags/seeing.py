"""Looking as somebody else, on the pages of people: `{% load seeing %}`."""

from typing import Any

from django import template

from teams.models import User
from teams.selectors.seeing import looks_at
from teams.services.seeing import may_see_as

register = template.Library()


@register.inclusion_tag("teams/roles/_see_as_line.html", takes_context=True)
def see_as_line(context: Any, person: User) -> dict[str, Any]:
    """A line of a person's menu, for those who may look as him."""
    actor = context["request"].user
    may = context["request"].__dict__.get("real_user") is None and may_see_as(person, actor=actor)
    return {"may": may, "person": person, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("teams/roles/_looks.html")
def looks(person: User) -> dict[str, Any]:
    """Who looked as this person, and when."""
    return {"looks": looks_at(User.objects.filter(pk=person.pk))}

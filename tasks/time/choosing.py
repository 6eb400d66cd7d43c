"""The choice of a task or project to enter time on: few are offered, all in sight can be found."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.search.finding import look_up
from crm.search.queries import read_query
from crm.ui.widgets import LongSelect
from projects.models import Project, ProjectState
from tasks.models import OPEN_STATES, Task
from tasks.time.places import PROJECT, TASK, Named, Place, named_places, place_named

_OFFERED = 15
_FOUND = 10


def offered_places(user: Any) -> list[Named]:
    """His open tasks that were last worked on, then projects in his sight; at three queries."""
    tasks = Task.objects.filter(owner=user, state__in=OPEN_STATES).order_by("-updated_at", "-id")
    projects = Project.objects.filter(state=ProjectState.OPEN).order_by("-updated_at", "-id")
    return _named(tasks.first_visible(user, limit=_OFFERED), projects.first_visible(user, limit=_OFFERED), user)


def found_places(typed: str, user: Any) -> list[Named]:
    """Tasks and projects in sight whose names, or codes, hold what was typed."""
    if not typed.strip():
        return offered_places(user)
    query = read_query(typed)
    tasks = look_up(Task, user, query, limit=_FOUND, fields=()).records
    return _named(tasks, look_up(Project, user, query, limit=_FOUND, fields=()).records, user)


def _named(tasks: Iterable[Any], projects: Iterable[Any], user: Any) -> list[Named]:
    places = [Place(TASK, task.pk) for task in tasks] + [Place(PROJECT, project.pk) for project in projects]
    found = named_places(places, user)
    return [found[place] for place in places if found[place].record is not None]


class PlaceField(forms.ChoiceField):
    """Takes any task or project in the sight of `actor`; its value is a Place."""

    def __init__(self, **kwargs: Any) -> None:
        widget = LongSelect(attrs={"data-autocomplete-url": reverse_lazy("time:suggest"), "autocomplete": "off"})
        super().__init__(widget=widget, **kwargs)
        self.actor: Any = None

    def offer(self, actor: Any, chosen: Place | None = None) -> None:
        """`chosen` stays a choice even where it is out of sight now."""
        self.actor = actor
        offered = [
            (str(one.place), f"{one.name} · {one.project}" if one.project else one.name)
            for one in offered_places(actor)
        ]
        if chosen is not None and all(str(chosen) != key for key, _label in offered):
            offered.append((str(chosen), named_places([chosen], actor)[chosen].name))
        self.choices = [("", ""), *offered]

    def validate(self, value: Any) -> None:
        """Whether it is in sight is asked by whoever writes; here only whether it names anything."""
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")
        if value and place_named(str(value)) is None:
            raise ValidationError(_("Choose a task or a project that you see."), code="invalid_choice")

"""The directory of people, a person's profile and his history."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.access.rights import Action
from crm.history.plain import plain_page
from crm.listing.counting import capped_count
from teams.forms.people import PeopleFilterForm
from teams.models import Company, User
from teams.selectors import people_managed_by
from teams.selectors.people import (
    absences_of,
    away_on,
    directory,
    led_by,
    manages,
    owned_by,
    refuse_unless_may_change,
    share_of_time,
    spoken_by,
    suggested,
    week_of,
)

ON_PAGE = 50
_LAST_PAGE = 1000
_HIGHEST_KEY = 2**63 - 1


@login_required
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    form = PeopleFilterForm(request.GET, reader=reader_of(request))
    chosen = form.chosen
    people = directory(chosen | {"level": form.cleaned_data.get("level")}, reader=reader_of(request))
    page = page_number(request)
    # One more than is shown tells whether there is a next page.
    rows = list(people[(page - 1) * ON_PAGE : page * ON_PAGE + 1])
    shown = rows[:ON_PAGE]
    away = away_on(timezone.localdate(), shown, reader=reader_of(request))
    for person in shown:
        person.away_today = away.get(person.pk)  # type: ignore[attr-defined]
    context = {
        "form": form,
        "chosen": chosen,
        "people": shown,
        "count": capped_count(people.order_by()),
        "previous_url": page_url(request, page - 1) if page > 1 else "",
        "next_url": page_url(request, page + 1) if len(rows) > ON_PAGE else "",
    }
    return render(request, "teams/people/list.html", context)


@login_required
@require_safe
def people_suggest(request: HttpRequest) -> JsonResponse:
    """Active people for a choice: `{"results": [{"id", "text", "hint"}]}`."""
    found = suggested(request.GET.get("q", "")[:200])
    results = [{"id": str(person.pk), "text": str(person), "hint": person.team_names} for person in found]  # type: ignore[attr-defined]
    return JsonResponse({"results": results})


@login_required
@require_safe
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = fetch_person(pk)
    memberships = list(person.memberships.select_related("team"))
    company = Company.current()
    week, has_own_hours = week_of(person, company)
    absences = absences_of(person, reader=reader_of(request))
    context: dict[str, Any] = {
        **permissions_on(person, reader_of(request)),
        "person": person,
        "memberships": memberships,
        "share": share_of_time(memberships),
        "led": led_by(person),
        "skills": person.skills.select_related("skill"),
        "spoken": spoken_by(person),
        "week": week,
        "has_own_hours": has_own_hours,
        "company": company,
        "away": next((absence for absence in absences if absence.is_now), None),
        "absences": [absence for absence in reversed(absences) if not absence.is_past],
        "past_absences": [absence for absence in absences if absence.is_past][:10],
        "owned": owned_by(person, memberships, reader=reader_of(request)),
    }
    return render(request, "teams/people/detail.html", context)


@login_required
@require_safe
def person_history(request: HttpRequest, pk: int) -> HttpResponse:
    """For himself and those who manage him. Raises Http404, PermissionDenied."""
    person = fetch_person(pk)
    refuse_unless_may_change(reader_of(request), person)
    before = request.GET.get("before", "")
    is_key = before.isascii() and before.isdigit() and len(before) <= len(str(_HIGHEST_KEY))
    key = int(before) if is_key and int(before) <= _HIGHEST_KEY else None
    page = plain_page(User, person.pk, reader_of(request), before=key)
    return render(request, "teams/people/history.html", {"person": person, "page": page})


def reader_of(request: HttpRequest) -> Any:
    """Behind `login_required` nobody is anonymous."""
    return request.user


def fetch_person(pk: int) -> User:
    """Everybody finds every colleague, and who was one. Raises Http404."""
    return get_object_or_404(User.objects.select_related("role"), pk=pk)


def managed_person(request: HttpRequest, pk: int) -> User:
    """A person whom the reader manages. Raises Http404, PermissionDenied."""
    person = fetch_person(pk)
    if not manages(reader_of(request), person):
        raise PermissionDenied
    return person


def changeable_person(request: HttpRequest, pk: int) -> User:
    """The reader himself, or a person whom he manages. Raises Http404, PermissionDenied."""
    person = fetch_person(pk)
    refuse_unless_may_change(reader_of(request), person)
    return person


def permissions_on(person: User, reader: Any) -> dict[str, bool]:
    """What the templates of a person ask."""
    is_manager = manages(reader, person)
    is_own = reader.pk == person.pk
    may_change = is_own or is_manager
    # Some only hand books over or deactivate.
    has_menu = may_change or any(
        people_managed_by(reader, action).filter(pk=person.pk).exists() for action in (Action.ASSIGN, Action.DELETE)
    )
    return {"is_own": is_own, "is_manager": is_manager, "may_change": may_change, "has_menu": has_menu}


def page_number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return min(max(int(typed[:6]), 1), _LAST_PAGE) if typed.isascii() and typed.isdigit() else 1


def page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"

"""What happened on a day or in a week, person by person."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contacts.activity.periods import EARLIEST, LATEST, Period, day_of, read_day, week_of
from contacts.activity.reading import activity_of, tell_doings
from contacts.models import Interaction
from contacts.rights import may_log
from teams.models import Team, User
from teams.rights import children_of_teams, with_all_below

PEOPLE_ON_PAGE, SHOWN_OF_CHOSEN = 25, 200


@login_required
@require_safe
def activity(request: HttpRequest) -> HttpResponse:
    """`day` is any day of the period, `span` "week" or "day"; `team` and `person` narrow, `page` goes on."""
    day = read_day(request.GET.get("day", ""))
    period = week_of(day) if request.GET.get("span") == "week" else day_of(day)
    person = _chosen(User.objects.all(), request.GET.get("person", ""))
    team = _chosen(Team.objects.all(), request.GET.get("team", ""))
    found = activity_of(
        period,
        request.user,
        people=_people(person, team),
        **({"shown": SHOWN_OF_CHOSEN} if person else {}),
    )
    number = _page_number(request)
    doings = found.doings[(number - 1) * PEOPLE_ON_PAGE : number * PEOPLE_ON_PAGE]
    tell_doings(doings, request.user)
    context = {
        "period": period,
        "activity": found,
        "doings": doings,
        "person": person,
        "team": team,
        "teams": Team.objects.order_by("name"),
        "may_log": may_log(request.user),
        **_addresses(request, period),
        "next_url": _address(request, page=number + 1) if len(found.doings) > number * PEOPLE_ON_PAGE else "",
        "previous_page_url": _address(request, page=number - 1) if number > 1 else "",
        "everybody_url": _address(request, person=None, page=None),
        "type": Interaction._meta.verbose_name_plural,
    }
    return render(request, "activity/page.html", context)


def _people(person: User | None, team: Team | None) -> set[int] | None:
    """Those who are asked about; None for everybody."""
    if person is not None:
        return {person.pk}
    if team is None:
        return None
    below = with_all_below([team.pk], children_of_teams())
    return set(User.objects.filter(memberships__team__in=below).values_list("pk", flat=True))


def _addresses(request: HttpRequest, period: Period) -> dict[str, Any]:
    """Of the periods around, as links; empty beyond the years that there are."""
    before, after = period.first - period.length, period.first + period.length
    return {
        "earlier_url": _address(request, day=before.isoformat(), page=None) if before >= EARLIEST else "",
        "later_url": _address(request, day=after.isoformat(), page=None) if after <= LATEST else "",
        "today_url": _address(request, day=None, page=None),
        "spans": [
            (_("Day"), _address(request, span=None, page=None), not period.is_week),
            (_("Week"), _address(request, span="week", page=None), period.is_week),
        ],
    }


def _address(request: HttpRequest, **changes: Any) -> str:
    """The address of this page with some of its parameters changed; None takes one away."""
    kept = {name: request.GET[name] for name in ("day", "span", "team", "person", "page") if request.GET.get(name)}
    query = QueryDict(mutable=True)
    for name, value in {**kept, **changes}.items():
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _chosen(queryset: Any, text: str) -> Any:
    """The row of a key from the address; None for none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return queryset.filter(pk=int(text)).first()

"""Teams: the tree, the page of one, and what its managers do with it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, Scope, may, rights_of
from crm.history.plain import plain_page
from teams.forms.structure import MemberForm, NewMemberForm, TeamForm
from teams.models import Membership, Team, User
from teams.selectors.people import knows_why
from teams.selectors.presence import DAYS_SHOWN, absences_between, away_among, coming_days
from teams.selectors.reach import people_managed_by
from teams.selectors.structure import (
    members_of,
    owned_by_team,
    rights_on_team,
    skills_of,
    team_tree,
    teams_above,
)
from teams.services import TeamStillUsed, create_team, delete_team, join_team, leave_team, save_team

# A strip of more rows would be a wall; the directory lists everybody.
_ROWS_IN_STRIP = 40


@login_required
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:200].strip()
    tree = team_tree(query)
    context = {"tree": tree, "query": query, "may_add": may(request.user, Action.ADD, Team)}
    return render(request, "teams/structure/list.html", context)


@login_required
@require_safe
def team_detail(request: HttpRequest, pk: int) -> HttpResponse:
    reader: Any = request.user
    teams = {team.pk: team for team in Team.objects.select_related("lead")}
    team = teams.get(pk) or get_object_or_404(Team, pk=pk)
    memberships = list(members_of(team))
    people = [membership.user for membership in memberships]
    today = timezone.localdate()
    absences = absences_between(people, today, today + timedelta(days=DAYS_SHOWN - 1))
    known = knows_why(reader, [person for person in people if person.pk in absences])
    away = away_among(absences, today, known)
    context = {
        "team": team,
        "rights": rights_on_team(reader, team),
        "above": teams_above(team, teams),
        "below": [below for below in teams.values() if below.parent_id == team.pk],
        "members": [(membership, away.get(membership.user_id)) for membership in memberships],
        "equivalents": sum(membership.share for membership in memberships) / 100,
        "skills": skills_of([person.pk for person in people]),
        "owned": owned_by_team(team, reader=reader),
        "strip": coming_days(people[:_ROWS_IN_STRIP], absences, known, today),
        "today": today,
    }
    return render(request, "teams/structure/detail.html", context)


# Managing


def _managed_team(request: HttpRequest, pk: int, action: Action = Action.CHANGE) -> Team:
    """Raises Http404, and PermissionDenied when the reader does not manage this team."""
    team = get_object_or_404(Team.objects.select_related("parent", "lead"), pk=pk)
    rights: Any = rights_of(request.user)
    scope = rights.scope(Team, action)
    if scope != Scope.ALL and team.pk not in rights.reached_team_ids(scope):
        raise PermissionDenied
    return team


@login_required
def team_new(request: HttpRequest) -> HttpResponse:
    if not may(request.user, Action.ADD, Team):
        raise PermissionDenied
    above = request.GET.get("below", "")
    team = Team(parent_id=int(above) if above.isascii() and above.isdecimal() and len(above) < 10 else None)
    return _team_form(request, team, create_team, _("New team"), reverse("teams:list"))


@login_required
def team_edit(request: HttpRequest, pk: int) -> HttpResponse:
    team = _managed_team(request, pk)
    title = _("Edit “%(name)s”") % {"name": team}
    return _team_form(request, team, save_team, title, reverse("teams:detail", args=[pk]))


def _team_form(request: HttpRequest, team: Team, save: Any, title: str, cancel_url: str) -> HttpResponse:
    form = TeamForm(request.POST or None, instance=team, actor=request.user)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            stored = save(form.instance, actor=request.user)
        except (ValidationError, PermissionDenied) as refusal:
            form.add_error(None, _sentences(refusal))
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": stored})
            return HttpResponseRedirect(reverse("teams:detail", args=[stored.pk]))
    context = {"form": form, "title": title, "cancel_url": cancel_url, "team": team}
    return render(request, "teams/structure/edit.html", context, status=422 if form.is_bound else 200)


def _sentences(refusal: ValidationError | PermissionDenied) -> Any:
    return refusal.messages if isinstance(refusal, ValidationError) else str(refusal)


@login_required
def team_delete(request: HttpRequest, pk: int) -> HttpResponse:
    team = _managed_team(request, pk, Action.DELETE)
    here = reverse("teams:detail", args=[pk])
    if request.method == "POST":
        try:
            delete_team(team, actor=request.user)  # type: ignore[arg-type]
        except TeamStillUsed as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return HttpResponseRedirect(here)
        messages.success(request, _("The team “%(name)s” is deleted.") % {"name": team})
        return HttpResponseRedirect(reverse("teams:list"))
    context = {
        "title": _("Delete the team “%(name)s”?") % {"name": team},
        "text": _("A team can go when nobody is in it, no team lies below it and it owns no records."),
        "submit_label": _("Delete the team"),
        "cancel_url": here,
    }
    return render(request, "ui/confirm.html", context)


# Who is in it


@login_required
def team_members(request: HttpRequest, pk: int) -> HttpResponse:
    team = _managed_team(request, pk)
    actor: Any = request.user
    form = NewMemberForm(request.POST or None, actor=actor, team=team)
    if request.method == "POST" and form.is_valid() and _joins(form, form.cleaned_data["user"], team, actor):
        messages.success(request, _("%(person)s is in the team.") % {"person": form.cleaned_data["user"]})
        return HttpResponseRedirect(reverse("teams:members", args=[pk]))
    members = Membership.objects.filter(team=team).select_related("user__role")
    context = {
        "team": team,
        "members": members.order_by("-user__is_active", "user__first_name", "user__last_name"),
        "managed": set(
            people_managed_by(actor, Action.CHANGE).filter(memberships__team=team).values_list("pk", flat=True)
        ),
        "form": form,
    }
    return render(request, "teams/structure/members.html", context, status=422 if form.is_bound else 200)


@login_required
def team_member(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    team, membership = _managed_member(request, pk, person)
    form = MemberForm(request.POST or None, instance=membership)
    if request.method == "POST" and form.is_valid() and _joins(form, membership.user, team, request.user):
        messages.success(request, _("“%(name)s” is saved.") % {"name": membership.user})
        return HttpResponseRedirect(reverse("teams:members", args=[pk]))
    context = {"team": team, "membership": membership, "form": form}
    return render(request, "teams/structure/member.html", context, status=422 if form.is_bound else 200)


@login_required
def team_leave(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    team, membership = _managed_member(request, pk, person)
    here = reverse("teams:members", args=[pk])
    if request.method == "POST":
        leave_team(membership.user, team, actor=request.user)  # type: ignore[arg-type]
        messages.success(request, _("%(person)s is no longer in the team.") % {"person": membership.user})
        return HttpResponseRedirect(here)
    context = {
        "title": _("Take %(person)s out of “%(team)s”?") % {"person": membership.user, "team": team},
        "text": _("What the person owns stays with the person. Records of the team go out of the person's sight."),
        "submit_label": _("Take out of the team"),
        "cancel_url": here,
    }
    return render(request, "ui/confirm.html", context)


def _managed_in(team: Team, actor: User) -> set[int]:
    return set(people_managed_by(actor, Action.CHANGE).filter(memberships__team=team).values_list("pk", flat=True))


def _managed_member(request: HttpRequest, pk: int, person: int) -> tuple[Team, Membership]:
    """Raises Http404, and PermissionDenied unless the reader manages both the team and the person."""
    team = _managed_team(request, pk)
    membership = get_object_or_404(Membership.objects.select_related("user"), team=team, user=person)
    actor: Any = request.user
    if not people_managed_by(actor, Action.CHANGE).filter(pk=person).exists():
        raise PermissionDenied
    return team, membership


def _joins(form: MemberForm, person: User, team: Team, actor: Any) -> bool:
    """Whether the service took the form; its refusal stands on the form otherwise."""
    values = {name: form.cleaned_data[name] for name in ("position", "share", "is_primary")}
    try:
        join_team(person, team, actor=actor, **values)
    except (ValidationError, PermissionDenied) as refusal:
        form.add_error(None, _sentences(refusal))
        return False
    return True


@login_required
@require_safe
def team_history(request: HttpRequest, pk: int) -> HttpResponse:
    team = _managed_team(request, pk)
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    page = plain_page(Team, team.pk, request.user, before=number)
    return render(request, "teams/structure/history.html", {"team": team, "page": page})

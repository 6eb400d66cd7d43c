"""The pages that change a person: profile, picture, skills, hours, role and teams."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.access.rights import Action
from crm.pictures.forms import PictureForm
from teams.forms.people import ProfileForm, RoleForm, membership_rows
from teams.forms.staffing import hours_rows, skill_rows
from teams.models import Skill, User
from teams.selectors import teams_managed_by
from teams.selectors.people import share_of_time
from teams.services import (
    give_role,
    save_memberships,
    save_picture,
    save_profile,
    save_skills,
    save_working_hours,
)
from teams.views.people import changeable_person, managed_person, reader_of


@login_required
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = changeable_person(request, pk)
    form = ProfileForm(request.POST or None, instance=person, actor=reader_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            save_profile(form.instance, actor=reader_of(request))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return _saved(request, person)
    title = _("Your profile") if person.pk == reader_of(request).pk else _("Edit “%(name)s”") % {"name": person}
    return _page(request, "edit", person, {"form": form, "title": title}, is_wrong=bool(form.errors))


@login_required
def person_picture(request: HttpRequest, pk: int) -> HttpResponse:
    person = changeable_person(request, pk)
    form = PictureForm(request.POST, request.FILES) if request.method == "POST" else PictureForm()
    if form.is_bound and form.is_valid():
        save_picture(person, form.name, actor=reader_of(request))
        messages.success(request, _("The picture is saved.") if form.name else _("The picture is removed."))
        return HttpResponseRedirect(_profile(person))
    context = {"form": form, "subject": person, "cancel_url": _profile(person)}
    return render(request, "pictures/edit.html", context, status=422 if form.errors else 200)


@login_required
def person_skills(request: HttpRequest, pk: int) -> HttpResponse:
    person = changeable_person(request, pk)
    rows = skill_rows(request.POST or None, catalogue=Skill.objects.all(), present=person.skills.all())
    return _rows_page(request, person, rows, save=save_skills, name="skills")


@login_required
def person_hours(request: HttpRequest, pk: int) -> HttpResponse:
    person = changeable_person(request, pk)
    rows = hours_rows(request.POST or None, present=person.working_hours.all())
    return _rows_page(request, person, rows, save=save_working_hours, name="hours")


@login_required
def person_memberships(request: HttpRequest, pk: int) -> HttpResponse:
    """The role and the teams, in two forms: `what` says which one was sent."""
    person = managed_person(request, pk)
    sent = request.POST.get("what") if request.method == "POST" else None
    memberships = list(person.memberships.select_related("team"))
    filled = list(teams_managed_by(reader_of(request), Action.CHANGE))
    role_form = RoleForm(request.POST if sent == "role" else None, person=person, actor=reader_of(request))
    rows = membership_rows(request.POST if sent == "teams" else None, teams=filled, memberships=memberships)
    if sent == "role" and role_form.is_valid() and _given(request, person, role_form):
        return _saved(request, person)
    if sent == "teams" and rows.is_valid() and _placed(request, person, rows):
        return _saved(request, person)
    context = {
        "role_form": role_form,
        "rows": rows,
        "others": [row for row in memberships if row.team not in filled],
        "share": share_of_time(memberships),
        "may_place": bool(filled),
    }
    is_wrong = bool(role_form.errors) or _has_faults(rows)
    return _page(request, "memberships", person, context, is_wrong=is_wrong)


def _given(request: HttpRequest, person: User, form: RoleForm) -> bool:
    try:
        give_role(person, form.cleaned_data["role"], actor=reader_of(request))
    except PermissionDenied as refusal:
        # The form offers no such role: who sends one is told why, or that he may not.
        form.add_error("role", str(refusal) or _("This role is not yours to give."))
        return False
    return True


def _placed(request: HttpRequest, person: User, rows: Any) -> bool:
    try:
        save_memberships(person, [form.membership() for form in rows.kept()], actor=reader_of(request))
    except ValidationError as refusal:
        rows.non_form_errors().extend(refusal.messages)
    except PermissionDenied as refusal:
        rows.non_form_errors().append(str(refusal) or _("You may not change these teams."))
    else:
        return True
    return False


def _rows_page(request: HttpRequest, person: User, rows: Any, *, save: Any, name: str) -> HttpResponse:
    if request.method == "POST" and rows.is_valid():
        try:
            save(person, [form.row() for form in rows.kept()], actor=reader_of(request))
        except ValidationError as refusal:
            rows.non_form_errors().extend(refusal.messages)
        else:
            return _saved(request, person)
    return _page(request, name, person, {"rows": rows}, is_wrong=_has_faults(rows))


def _has_faults(rows: Any) -> bool:
    return bool(rows.is_bound and (rows.non_form_errors() or any(rows.errors)))


def _saved(request: HttpRequest, person: User) -> HttpResponse:
    messages.success(request, _("“%(name)s” is saved.") % {"name": person})
    return HttpResponseRedirect(_profile(person))


def _page(request: HttpRequest, name: str, person: User, context: dict[str, Any], *, is_wrong: bool) -> HttpResponse:
    drawn = {"person": person, "is_own": person.pk == reader_of(request).pk, "cancel_url": _profile(person), **context}
    return render(request, f"teams/people/{name}.html", drawn, status=422 if is_wrong else 200)


def _profile(person: User) -> str:
    return reverse("people:detail", args=[person.pk])

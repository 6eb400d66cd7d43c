"""The absences of a person: all of them, and the pages that enter, change and cancel one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from teams.forms.staffing import AbsenceForm
from teams.models import Absence, User
from teams.selectors.people import absences_of, knows_why, may_change
from teams.services import cancel_absence, change_absence, enter_absence
from teams.views.people import changeable_person, fetch_person, reader_of


@login_required
def person_absences(request: HttpRequest, pk: int) -> HttpResponse:
    """For those who know why he is away; those who may change him enter new ones here. Raises PermissionDenied."""
    person = fetch_person(pk)
    is_changeable = may_change(reader_of(request), person)
    if not (is_changeable or knows_why(reader_of(request), [person])):
        raise PermissionDenied
    if request.method == "POST" and not is_changeable:
        raise PermissionDenied
    form = AbsenceForm(request.POST or None, instance=Absence(user=person))
    if request.method == "POST" and form.is_valid() and _stored(request, form, is_new=True):
        messages.success(request, _("The absence is entered."))
        return HttpResponseRedirect(_list_of(person))
    context = {
        "person": person,
        "form": form if is_changeable else None,
        "absences": absences_of(person, reader=reader_of(request)),
        "may_change": is_changeable,
        "is_own": person.pk == reader_of(request).pk,
    }
    return render(request, "teams/people/absences.html", context, status=422 if form.errors else 200)


@login_required
def absence_edit(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    person, absence = _fetch(request, pk, number)
    form = AbsenceForm(request.POST or None, instance=absence)
    if request.method == "POST" and form.is_valid() and _stored(request, form, is_new=False):
        messages.success(request, _("The absence is saved."))
        return HttpResponseRedirect(_list_of(person))
    context = {"person": person, "form": form, "absence": absence, "cancel_url": _list_of(person)}
    return render(request, "teams/people/absence.html", context, status=422 if form.errors else 200)


@login_required
def absence_cancel(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    person, absence = _fetch(request, pk, number)
    if request.method == "POST":
        cancel_absence(absence, actor=reader_of(request))
        messages.success(request, _("The absence is cancelled."))
        return HttpResponseRedirect(_list_of(person))
    days = {"starts": date_format(absence.starts), "ends": date_format(absence.ends), "name": person}
    context = {
        "title": _("Cancel this absence?"),
        "text": _("%(name)s: from %(starts)s until %(ends)s.") % days,
        "submit_label": _("Cancel the absence"),
        "cancel_url": _list_of(person),
    }
    return render(request, "ui/confirm.html", context)


def _fetch(request: HttpRequest, pk: int, number: int) -> tuple[User, Absence]:
    """Whether there is such an absence is told only to who may change the person. Raises Http404, PermissionDenied."""
    person = changeable_person(request, pk)
    return person, get_object_or_404(Absence.objects.select_related("user__role"), pk=number, user=person)


def _stored(request: HttpRequest, form: AbsenceForm, *, is_new: bool) -> bool:
    write = enter_absence if is_new else change_absence
    try:
        write(form.instance, actor=reader_of(request))
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    return True


def _list_of(person: User) -> str:
    return reverse("people:absences", args=[person.pk])

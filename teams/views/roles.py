"""Roles: all of them, the screen of one, and what those who may do with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, may
from teams.forms.roles import RoleForm
from teams.models import Role
from teams.ready_roles import READY_ROLES, ReadyRole
from teams.selectors.roles import (
    closed_fields,
    contradictions,
    grants_of,
    matrix_of,
    people_with,
    roles_changed_by,
    roles_with_counts,
    rules_of,
)
from teams.selectors.roles_history import role_versions
from teams.selectors.seeing import looks_at, people_seen_as_by
from teams.services import RoleStillUsed, StaleRole, delete_role, save_role

_PEOPLE_SHOWN = 50
_RECENT = 3


@login_required
@require_safe
def role_list(request: HttpRequest) -> HttpResponse:
    actor = _who_may(request, Action.VIEW)
    context = {
        "roles": roles_with_counts(),
        "changeable": set(roles_changed_by(actor).values_list("pk", flat=True)),
        "may_add": may(actor, Action.ADD, Role),
    }
    return render(request, "teams/roles/list.html", context)


@login_required
@require_safe
def role_detail(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _who_may(request, Action.VIEW)
    role = _role(pk)
    reach, rules = grants_of(role), rules_of(role)
    people = people_with(role)
    shown = list(people[: _PEOPLE_SHOWN + 1])
    context = {
        "role": role,
        "actions": list(Action),
        "matrix": matrix_of(reach),
        "closed": closed_fields(rules),
        "warnings": contradictions(reach, rules),
        "people": shown[:_PEOPLE_SHOWN],
        "has_more_people": len(shown) > _PEOPLE_SHOWN,
        "seen_as": set(people_seen_as_by(actor).filter(role=role).values_list("pk", flat=True)),
        "looks": looks_at(people),
        "recent": role_versions(role, actor, most=_RECENT),
        **_permissions(role, actor),
    }
    return render(request, "teams/roles/detail.html", context)


@login_required
@require_safe
def role_history(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _who_may(request, Action.VIEW)
    role = _role(pk)
    before = request.GET.get("before", "")
    key = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    return render(request, "teams/roles/history.html", {"role": role, "page": role_versions(role, actor, before=key)})


@login_required
def role_new(request: HttpRequest) -> HttpResponse:
    """Blank, or `?from=` a role's key or a ready template: "12", "ready-0"; the choice itself without one."""
    actor = _who_may(request, Action.VIEW, Action.ADD)
    chosen = request.GET.get("from", "")
    if not chosen and request.method != "POST":
        context = {"roles": roles_with_counts(), "templates": _templates()}
        return render(request, "teams/roles/choose.html", context)
    form = RoleForm(request.POST or None, actor=actor, **_beginning(chosen))
    return _form_page(request, form, _("New role"), reverse("roles:list"))


@login_required
def role_edit(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _who_may(request, Action.VIEW)
    role = _role(pk)
    if not roles_changed_by(actor).filter(pk=pk).exists():
        raise PermissionDenied
    form = RoleForm(request.POST or None, instance=role, actor=actor)
    title = _("Edit “%(name)s”") % {"name": role}
    return _form_page(request, form, title, reverse("roles:detail", args=[pk]))


@login_required
def role_delete(request: HttpRequest, pk: int) -> HttpResponse:
    actor = _who_may(request, Action.VIEW)
    role = _role(pk)
    if not roles_changed_by(actor, Action.DELETE).filter(pk=pk).exists():
        raise PermissionDenied
    here = reverse("roles:detail", args=[pk])
    if request.method == "POST":
        name = str(role)
        try:
            delete_role(role, actor=actor)
        except RoleStillUsed as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return HttpResponseRedirect(here)
        messages.success(request, _("The role “%(name)s” is deleted.") % {"name": name})
        return HttpResponseRedirect(reverse("roles:list"))
    context = {
        "title": _("Delete the role “%(name)s”?") % {"name": role},
        "text": _("A role can go when nobody has it and nobody is invited with it."),
        "submit_label": _("Delete the role"),
        "cancel_url": here,
    }
    return render(request, "ui/confirm.html", context)


def _who_may(request: HttpRequest, *actions: Action) -> Any:
    """The reader. Raises PermissionDenied unless he may do all of this with roles."""
    if not all(may(request.user, action, Role) for action in actions):
        raise PermissionDenied
    return request.user


def _role(pk: int) -> Role:
    return get_object_or_404(Role.objects.prefetch_related("grants", "field_rules"), pk=pk)


def _permissions(role: Role, actor: Any) -> dict[str, bool]:
    return {
        "may_add": may(actor, Action.ADD, Role),
        "may_change": roles_changed_by(actor).filter(pk=role.pk).exists(),
        "may_delete": roles_changed_by(actor, Action.DELETE).filter(pk=role.pk).exists(),
    }


def _form_page(request: HttpRequest, form: RoleForm, title: str, cancel_url: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _is_saved(form):
        messages.success(request, _("“%(name)s” is saved.") % {"name": form.instance})
        return HttpResponseRedirect(reverse("roles:detail", args=[form.instance.pk]))
    context = {"form": form, "title": title, "cancel_url": cancel_url, "actions": list(Action)}
    return render(request, "teams/roles/edit.html", context, status=422 if form.is_bound else 200)


def _is_saved(form: RoleForm) -> bool:
    """Whether the service took the form; its refusal stands on the form otherwise."""
    # A save that is refused after the row was written leaves the key on the instance.
    pk = form.instance.pk
    try:
        save_role(
            form.instance,
            actor=form.actor,
            grants=form.grants(),
            field_rules=form.field_rules(),
            read_version=form.cleaned_data["read_version"] or 0,
        )
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    except (PermissionDenied, StaleRole) as refusal:
        form.add_error(None, str(refusal) or _("You may not do this with roles."))
    else:
        return True
    form.instance.pk = pk
    return False


# What a new role begins with


def _templates() -> list[tuple[str, str, str]]:
    """(key, name, description) of the ready roles, translated."""
    return [(f"ready-{number}", _(ready.name), _(ready.description)) for number, ready in enumerate(READY_ROLES)]


def _beginning(chosen: str) -> dict[str, Any]:
    """Raises Http404 for a role or template that does not exist."""
    if chosen in ("", "blank"):
        return {}
    known = {f"ready-{number}": ready for number, ready in enumerate(READY_ROLES)}
    if chosen in known:
        return _beginning_of_ready(known[chosen])
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
        raise Http404
    role = _role(int(chosen))
    initial = {
        "name": _("%(name)s (copy)") % {"name": role.name[:80]},
        "rank": role.rank,
        "description": role.description,
        "needs_second_factor": role.needs_second_factor,
    }
    return {"initial": initial, "reach": grants_of(role), "rules": rules_of(role)}


def _beginning_of_ready(ready: ReadyRole) -> dict[str, Any]:
    return {
        "initial": {"name": _(ready.name), "rank": ready.rank, "description": _(ready.description)},
        "reach": {(kind, action): scope for kind, row in ready.grants.items() for action, scope in row.items()},
        "rules": {(kind, name): access for kind, row in ready.rules.items() for name, access in row.items()},
    }

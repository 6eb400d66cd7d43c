"""The list of projects and its export."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.tables import RECORD_SORTS
from contacts.models import Contact
from crm.listing.cells import SEVERAL
from crm.listing.columns import Column, Listing
from crm.listing.export import Field, chosen, plain, several
from crm.listing.keyset import Sort
from projects.health_reading import health_by_project
from projects.models import Project, ProjectContact
from projects.models.projects import NO_END
from projects.project_filters import ProjectFilterSet
from projects.project_selectors import client_names_of_projects


def _people(projects: Sequence[Project], user: Any) -> Mapping[Any, str]:
    """The client's people in the reader's sight; one query."""
    seen = Contact.objects.visible_to(user)
    rows = ProjectContact.objects.filter(project__in=[project.pk for project in projects], contact__in=seen)
    found: dict[Any, list[str]] = {}
    for row in rows.select_related("contact"):
        said = f"{row.contact} ({row.get_role_display()})" if row.role else str(row.contact)
        found.setdefault(row.project_id, []).append(said)
    return {pk: SEVERAL.join(people) for pk, people in found.items()}


def _health(projects: Sequence[Project], user: Any) -> Mapping[Any, str]:
    return {pk: str(health.shown.label) for pk, health in health_by_project(projects, user).items()}


def _reasons(projects: Sequence[Project], user: Any) -> Mapping[Any, str]:
    return {pk: SEVERAL.join(health.reasons) for pk, health in health_by_project(projects, user).items()}


PROJECTS = Listing(
    model=Project,
    columns=(
        Column(name="name", label=_("Title"), sort="name", fields=()),
        Column(name="client", label=_("Client"), load=client_names_of_projects, css="d-none d-sm-table-cell"),
        Column(name="stage", label=_("Stage"), css="d-none d-sm-table-cell"),
        Column(name="health", label=_("Health"), fields=(), load=health_by_project),
        Column(name="owner", label=_("Manager"), css="d-none d-lg-table-cell"),
        Column(name="end", label=_("Planned end"), fields=("planned_end",), sort="end", css="d-none d-md-table-cell"),
        Column(name="updated", label=_("Changed"), sort="updated", fields=(), css="ui-number d-none d-lg-table-cell"),
    ),
    slot="owner",
    filterset_class=ProjectFilterSet,
    tabs="state",
    sorts=(
        Sort("name", _("Title"), "name", fields=("name",)),
        *RECORD_SORTS[1:],
        Sort("end", _("Planned end"), "planned_end", fields=("planned_end",), unknown=NO_END),
    ),
    default_order="-updated",
    row_relations=("owner", "stage"),
    select_related=("owner", "team", "stage"),
    exports=(
        plain("name", _("Title")),
        plain("code", _("Code")),
        Field(label=_("Client"), fields=("client",), load=client_names_of_projects),
        chosen("kind", _("Kind")),
        Field(label=_("Stage"), fields=("stage",), value=lambda project: str(project.stage)),
        Field(label=_("State"), fields=("stage",), value=chosen("state", "").value),
        Field(label=_("Health"), fields=(), load=_health),
        Field(label=_("Computed from"), fields=(), load=_reasons),
        chosen("health_word", _("The manager's word")),
        plain("health_note", _("Why so")),
        plain("planned_start", _("Planned start")),
        plain("planned_end", _("Planned end")),
        plain("actual_start", _("Actual start")),
        plain("actual_end", _("Actual end")),
        plain("budget_amount", _("Budget")),
        plain("currency", _("Currency")),
        plain("budget_hours", _("Budget, hours")),
        Field(label=_("Contacts"), fields=("contacts",), load=_people),
        several("milestones", _("Milestones"), lambda row: f"{row.due:%Y-%m-%d} {row.name}"),
        plain("description", _("Description")),
        plain("external_id", _("External id")),
        plain("owner", _("Manager")),
        plain("team", _("Team")),
        Field(label=_("Added on"), fields=(), value=lambda project: project.created_at),
        Field(label=_("Changed on"), fields=(), value=lambda project: project.updated_at),
        Field(label=_("Record id"), fields=(), value=lambda project: project.pk),
    ),
)

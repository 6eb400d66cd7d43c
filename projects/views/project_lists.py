"""Lists of projects: all in sight, the recycle bin, the export, suggestions for choices."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.access.rights import hidden_fields
from crm.listing.export import export_page
from crm.listing.pages import MANNERS, bin_page, list_page
from crm.search.views import suggest_page
from projects.models import Project
from projects.project_tables import PROJECTS


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    sees_code = "code" not in hidden_fields(request.user, Project)
    return list_page(request, PROJECTS, template="projects/list.html", sees_code=sees_code, **ways_of(request))


@login_required
@require_safe
def project_bin(request: HttpRequest) -> HttpResponse:
    return bin_page(request, PROJECTS, template="projects/bin.html")


@login_required
@require_safe
def project_export(request: HttpRequest) -> HttpResponseBase:
    return export_page(request, PROJECTS)


@login_required
@require_safe
def project_suggest(request: HttpRequest) -> HttpResponse:
    return suggest_page(request, Project)


def ways_of(request: HttpRequest) -> dict[str, str]:
    """The other ways to look at the same projects: the filters of this page go along."""
    kept = request.GET.copy()
    for name in (*MANNERS, "at", "zoom"):
        kept.pop(name, None)
    return {"list_url": reverse("projects:list"), "query": f"?{kept.urlencode()}" if kept else ""}

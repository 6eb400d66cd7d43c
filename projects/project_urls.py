"""Pages of projects."""

from django.urls import path

from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from projects.models import Project
from projects.project_forms import ProjectForm
from projects.services import save_project
from projects.views import overview, project_acts, project_lists, projects

app_name = "projects"
urlpatterns = [
    path("", project_lists.project_list, name="list"),
    path("bin/", project_lists.project_bin, name="bin"),
    path("export/", project_lists.project_export, name="export"),
    path("suggest/", project_lists.project_suggest, name="suggest"),
    path("overview/", overview.overview, name="overview"),
    path("milestones/", overview.milestone_board, name="milestones"),
    path("new/", projects.project_new, name="new"),
    path("<uuid:pk>/", projects.project_detail, name="detail"),
    path("<uuid:pk>/edit/", projects.project_edit, name="edit"),
    path("<uuid:pk>/part/<str:name>/", projects.project_part, name="part"),
    path("<uuid:pk>/health/", projects.project_health, name="health"),
    path("<uuid:pk>/delete/", projects.project_delete, name="delete"),
    path("<uuid:pk>/restore/", projects.project_restore, name="restore"),
    path("<uuid:pk>/move/", project_acts.project_move, name="move"),
    path("<uuid:pk>/shift/", project_acts.project_shift, name="shift"),
    path("<uuid:pk>/milestone/", project_acts.project_milestone, name="milestone"),
    *sharing_paths(Project),
    inline_path(Project, form=ProjectForm, save=save_project),
    *history_paths(Project, save=save_project),
]

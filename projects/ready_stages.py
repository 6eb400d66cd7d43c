"""The stages of projects that a company starts with: to be changed by its admins."""

from django.utils.translation import gettext_noop

#: Names in order, each with its projects.models.ProjectState.
PROJECT_STAGES = (
    (gettext_noop("Preparation"), "open"),
    (gettext_noop("Running"), "open"),
    (gettext_noop("Warranty"), "open"),
    (gettext_noop("On hold"), "open"),
    (gettext_noop("Closed"), "closed"),
)

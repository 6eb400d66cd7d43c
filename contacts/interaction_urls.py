"""Pages of interactions."""

from django.urls import path

from contacts.views import interactions

app_name = "interactions"
urlpatterns = [
    path("new/", interactions.interaction_new, name="new"),
    path("<uuid:pk>/", interactions.interaction_detail, name="detail"),
    path("<uuid:pk>/edit/", interactions.interaction_edit, name="edit"),
    path("<uuid:pk>/delete/", interactions.interaction_delete, name="delete"),
    path("<uuid:pk>/restore/", interactions.interaction_restore, name="restore"),
]

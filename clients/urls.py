"""Pages of clients."""

from django.urls import path

from clients.views import cards

app_name = "clients"
urlpatterns = [
    path("new/", cards.client_new, name="new"),
    path("<uuid:pk>/", cards.client_detail, name="detail"),
    path("<uuid:pk>/edit/", cards.client_edit, name="edit"),
    path("<uuid:pk>/delete/", cards.client_delete, name="delete"),
    path("<uuid:pk>/restore/", cards.client_restore, name="restore"),
]

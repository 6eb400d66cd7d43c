"""Pages of clients."""

from django.urls import path

from clients.forms import ClientForm
from clients.models import Client
from clients.services import save_client
from clients.views import cards, lists
from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from crm.pictures.views import picture_path

app_name = "clients"
urlpatterns = [
    path("", lists.client_list, name="list"),
    path("bin/", lists.client_bin, name="bin"),
    path("export/", lists.client_export, name="export"),
    path("suggest/", lists.client_suggest, name="suggest"),
    path("new/", cards.client_new, name="new"),
    path("<uuid:pk>/", cards.client_detail, name="detail"),
    path("<uuid:pk>/edit/", cards.client_edit, name="edit"),
    path("<uuid:pk>/delete/", cards.client_delete, name="delete"),
    path("<uuid:pk>/restore/", cards.client_restore, name="restore"),
    picture_path(Client),
    *sharing_paths(Client),
    inline_path(Client, form=ClientForm, save=save_client),
    *history_paths(Client, save=save_client),
]

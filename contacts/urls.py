"""Pages of contacts."""

from django.urls import path

from contacts.forms import ContactForm
from contacts.models import Contact
from contacts.services import save_contact
from contacts.views import cards, lists
from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from crm.pictures.views import picture_path

app_name = "contacts"
urlpatterns = [
    path("", lists.contact_list, name="list"),
    path("bin/", lists.contact_bin, name="bin"),
    path("export/", lists.contact_export, name="export"),
    path("suggest/", lists.contact_suggest, name="suggest"),
    path("new/", cards.contact_new, name="new"),
    path("<uuid:pk>/", cards.contact_detail, name="detail"),
    path("<uuid:pk>/edit/", cards.contact_edit, name="edit"),
    path("<uuid:pk>/change-employer/", cards.contact_change_employer, name="change_employer"),
    path("<uuid:pk>/delete/", cards.contact_delete, name="delete"),
    path("<uuid:pk>/restore/", cards.contact_restore, name="restore"),
    picture_path(Contact),
    *sharing_paths(Contact),
    inline_path(Contact, form=ContactForm, save=save_contact),
    *history_paths(Contact, save=save_contact),
]

"""Pages of price lists."""

from django.urls import path

from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from projects.models import PriceList
from projects.product_forms import PriceListForm
from projects.services import save_price_list
from projects.views import prices as pages

app_name = "prices"
urlpatterns = [
    path("", pages.price_list_list, name="list"),
    path("bin/", pages.price_list_bin, name="bin"),
    path("export/", pages.price_list_export, name="export"),
    path("suggest/", pages.price_list_suggest, name="suggest"),
    path("new/", pages.price_list_new, name="new"),
    path("<uuid:pk>/", pages.price_list_detail, name="detail"),
    path("<uuid:pk>/edit/", pages.price_list_edit, name="edit"),
    path("<uuid:pk>/delete/", pages.price_list_delete, name="delete"),
    path("<uuid:pk>/restore/", pages.price_list_restore, name="restore"),
    *sharing_paths(PriceList),
    inline_path(PriceList, form=PriceListForm, save=save_price_list),
    *history_paths(PriceList, save=save_price_list),
]

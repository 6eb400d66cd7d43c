"""Pages of products."""

from django.urls import path

from crm.access.sharing_views import sharing_paths
from crm.history.urls import history_paths
from crm.pages.inline import inline_path
from projects.models import Product
from projects.product_forms import ProductForm
from projects.services import save_product
from projects.views import products as pages

app_name = "products"
urlpatterns = [
    path("", pages.product_list, name="list"),
    path("bin/", pages.product_bin, name="bin"),
    path("export/", pages.product_export, name="export"),
    path("suggest/", pages.product_suggest, name="suggest"),
    path("new/", pages.product_new, name="new"),
    path("<uuid:pk>/", pages.product_detail, name="detail"),
    path("<uuid:pk>/edit/", pages.product_edit, name="edit"),
    path("<uuid:pk>/delete/", pages.product_delete, name="delete"),
    path("<uuid:pk>/restore/", pages.product_restore, name="restore"),
    *sharing_paths(Product),
    inline_path(Product, form=ProductForm, save=save_product),
    *history_paths(Product, save=save_product),
]

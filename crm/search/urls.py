"""The search page."""

from django.urls import path

from crm.search.views import search_page

urlpatterns = [path("search/", search_page, name="search")]

"""The page of what happened."""

from django.urls import path

from contacts.views.activity import activity

app_name = "activity"
urlpatterns = [path("", activity, name="page")]

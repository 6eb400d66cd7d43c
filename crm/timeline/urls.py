"""The address of a record's timeline."""

from django.urls import path

from crm.timeline import views

app_name = "timeline"
urlpatterns = [path("<str:kind>/<uuid:key>/", views.timeline, name="of")]

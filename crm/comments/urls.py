"""Pages of comments. A record is named by the label of its type and its key."""

from django.urls import path

from crm.comments import acts, views

app_name = "comments"
urlpatterns = [
    path("<str:label>/<uuid:key>/", views.of_record, name="of_record"),
    path("<str:label>/<uuid:key>/people/", views.people, name="people"),
    path("<str:label>/<uuid:key>/read/", acts.read, name="read"),
    path("<str:label>/<uuid:key>/follow/", acts.follow, name="follow"),
    path("<uuid:pk>/", views.comment, name="comment"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/history/", views.history, name="history"),
    path("<uuid:pk>/react/", acts.react, name="react"),
    path("<uuid:pk>/delete/", acts.delete, name="delete"),
    path("<uuid:pk>/restore/", acts.restore, name="restore"),
]

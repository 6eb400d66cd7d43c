"""Pages of notifications."""

from django.urls import path

from crm.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notification_list, name="list"),
    path("bell/", views.bell, name="bell"),
    path("latest/", views.latest, name="latest"),
    path("read-all/", views.read_all, name="read_all"),
    path("settings/", views.notification_settings, name="settings"),
    path("<int:pk>/open/", views.notification_open, name="open"),
    path("<int:pk>/read/", views.notification_read, name="read"),
    path("<int:pk>/unread/", views.notification_unread, name="unread"),
]

"""Every URL of the product."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from crm.pictures.views import picture
from crm.ui.views import home, keyboard, preferences

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# The admin's shortcut from any object to its page tells whoever asks whether a key exists. Records link to their pages.
admin_urls = [url for url in admin.site.get_urls() if getattr(url, "name", None) != "view_on_site"]

urlpatterns = [
    path("", home, name="home"),
    path("keyboard/", keyboard, name="keyboard"),
    path("preferences/", preferences, name="preferences"),
    path("admin/", (admin_urls, "admin", admin.site.name)),
    path("account/", include("teams.account_urls")),
    path("pictures/<str:kind>/<str:key>/<str:name>", picture, name="picture"),
    path("", include("crm.search.urls")),
    path("clients/", include("clients.urls")),
    path("contacts/", include("contacts.urls")),
    path("deals/", include("projects.urls")),
    path("products/", include("projects.product_urls")),
    path("price-lists/", include("projects.price_urls")),
    path("projects/", include("projects.project_urls")),
    path("tasks/reminders/", include("tasks.reminder_urls")),
    path("tasks/", include("tasks.urls")),
    path("time/", include("tasks.time_urls")),
    path("workload/", include("tasks.workload_urls")),
    path("", include("tasks.calendar_urls")),
    path("teams/", include("teams.urls.structure")),
    path("company/", include("teams.urls.company")),
    path("skills/", include("teams.urls.skills")),
    path("people/", include("teams.urls.people")),
    path("invitations/", include("teams.urls.invitations")),
    path("roles/", include("teams.urls.roles")),
    path("import/", include("crm.imports.urls")),
    path("timeline/", include("crm.timeline.urls")),
    path("comments/", include("crm.comments.urls")),
    path("notifications/", include("crm.notifications.urls")),
    path("interactions/", include("contacts.interaction_urls")),
    path("activity/", include("contacts.activity_urls")),
]

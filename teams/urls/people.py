"""Pages of people."""

from django.urls import include, path

from teams.views import account_care, handing_over, people, people_absences, people_edit

app_name = "people"
urlpatterns = [
    path("<int:pk>/", include("teams.urls.leaving")),
    path("", people.people_list, name="list"),
    path("suggest/", people.people_suggest, name="suggest"),
    path("<int:pk>/", people.person_detail, name="detail"),
    path("<int:pk>/edit/", people_edit.person_edit, name="edit"),
    path("<int:pk>/picture/", people_edit.person_picture, name="picture"),
    path("<int:pk>/skills/", people_edit.person_skills, name="skills"),
    path("<int:pk>/hours/", people_edit.person_hours, name="hours"),
    path("<int:pk>/memberships/", people_edit.person_memberships, name="memberships"),
    path("<int:pk>/absences/", people_absences.person_absences, name="absences"),
    path("<int:pk>/absences/<int:number>/", people_absences.absence_edit, name="absence_edit"),
    path("<int:pk>/absences/<int:number>/cancel/", people_absences.absence_cancel, name="absence_cancel"),
    path("<int:pk>/second-factor/reset/", account_care.reset_second_factor, name="reset_second_factor"),
    path("<int:pk>/handover/", handing_over.person_handover, name="handover"),
    path("<int:pk>/handover/<uuid:handover>/", handing_over.handover_done, name="handover_done"),
    path("<int:pk>/history/", people.person_history, name="history"),
]

"""Inviting people, and accepting an invitation."""

from django.urls import path

from teams.views import invitations, invitations_accept

app_name = "invitations"
urlpatterns = [
    path("", invitations.invitation_list, name="list"),
    path("new/", invitations.invitation_new, name="new"),
    path("<uuid:pk>/again/", invitations.invitation_again, name="again"),
    path("<uuid:pk>/withdraw/", invitations.invitation_withdraw, name="withdraw"),
    path("accept/", invitations_accept.accept, name="accept"),
    path("accept/<str:secret>/", invitations_accept.open_link, name="open"),
]

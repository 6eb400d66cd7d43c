"""Signing in and out, passwords, the second factor and sessions: what the product offers of allauth's pages.

They stand under the names that allauth knows. Its pages for e-mail addresses, confirmations and mailed codes are left
out: people are made by their administrator.
"""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path

from teams.views import account

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    # Shown closed, rather than missing to those who look for it.
    path("signup/", views.signup, name="account_signup"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("security/", account.security, name="mfa_index"),
    path("security/sessions/<int:pk>/end/", account.end_session, name="account_end_session"),
    path("security/sessions/end-others/", account.end_other_sessions, name="account_end_other_sessions"),
    path("security/code/", mfa.authenticate, name="mfa_authenticate"),
    path("security/code/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("security/set-up/", totp.activate_totp, name="mfa_activate_totp"),
    path("security/turn-off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/recovery-codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/recovery-codes/file/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]

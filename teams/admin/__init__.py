"""Users, teams and roles in the Django admin: one module a noun."""

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401 see the end of this module
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from teams.admin.company import CompanyAdmin, SkillAdmin
from teams.admin.people import PeopleAdmin
from teams.admin.rates import ExchangeRateAdmin
from teams.admin.roles import RoleAdmin, SeenAsAdmin
from teams.admin.structure import MembershipInline, TeamAdmin

__all__ = [
    "CompanyAdmin",
    "ExchangeRateAdmin",
    "MembershipInline",
    "PeopleAdmin",
    "RoleAdmin",
    "SeenAsAdmin",
    "SkillAdmin",
    "TeamAdmin",
]

# Groups carry the shares of teams; e-mails, second factors and sessions stand with the people themselves. (Modules of
# allauth register the latter: they are imported above so that this does not come before them.)
for behind_the_scenes in (Group, EmailAddress, EmailConfirmation, Authenticator, UserSession):
    if admin.site.is_registered(behind_the_scenes):
        admin.site.unregister(behind_the_scenes)

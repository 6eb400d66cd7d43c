"""People who sign in, their teams, and the roles that say what they may do."""

import zoneinfo
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from tree_queries.models import TreeNode

from crm.access.names import NAME_COLLATION
from crm.access.rights import Action, FieldAccess, Scope


class Theme(models.TextChoices):
    AUTO = "auto", _("Like the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    UKRAINIAN = "uk", "Українська"
    RUSSIAN = "ru", "Русский"


def validate_time_zone(name: str) -> None:
    """Raises ValidationError for a name that is not in the time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no time zone “%(name)s”."), params={"name": name})


class Role(models.Model):
    """A named set of grants and field rules; `rank` orders roles, the highest rules the others."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=10, help_text=_("People create and hand out only roles of a lower rank than their own.")
    )
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["-rank", "name"]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """One action on one record type, and how far it reaches."""

    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="grants")
    record_type = models.CharField(_("record type"), max_length=100)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    scope = models.PositiveSmallIntegerField(_("scope"), choices=Scope, default=Scope.OWN)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["record_type", "action"]
        constraints = [models.UniqueConstraint(fields=["role", "record_type", "action"], name="grant_once_a_role")]

    def __str__(self) -> str:
        return f"{self.record_type} · {self.get_action_display()} · {self.get_scope_display()}"


class FieldRule(models.Model):
    """One field or part of a record type that the role may not see, or not write."""

    role = models.ForeignKey(Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="field_rules")
    record_type = models.CharField(_("record type"), max_length=100)
    field = models.CharField(_("field"), max_length=100)
    access = models.CharField(_("access"), max_length=10, choices=FieldAccess, default=FieldAccess.HIDDEN)

    class Meta:
        verbose_name = _("field rule")
        verbose_name_plural = _("field rules")
        ordering = ["record_type", "field"]
        constraints = [models.UniqueConstraint(fields=["role", "record_type", "field"], name="field_rule_once_a_role")]

    def __str__(self) -> str:
        return f"{self.record_type}.{self.field} · {self.get_access_display()}"


class PeopleManager(UserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Lower case all through: signing in looks e-mails up that way."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractUser):
    """A person who signs in, by user name or e-mail; deactivated, never deleted, when he leaves."""

    email = models.EmailField(_("e-mail"), blank=True)
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Kyiv", validators=[validate_time_zone])
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    teams: "models.ManyToManyField[Team, Membership]" = models.ManyToManyField(
        "Team", verbose_name=_("teams"), through="Membership", related_name="people", blank=True
    )

    objects: ClassVar[PeopleManager] = PeopleManager()  # type: ignore[assignment]

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]
        ordering = ["first_name", "last_name", "username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                condition=~models.Q(email=""),
                violation_error_message=_("Somebody already signs in with this e-mail."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_once",
                violation_error_message=_("Somebody already signs in with this user name."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = type(self).objects.normalize_email(self.email)
        super().save(*args, **kwargs)


class Team(TreeNode):
    """People who work together; teams form a tree, and each has an auth group for guardian's shares."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation=NAME_COLLATION)
    lead = models.ForeignKey(
        User, verbose_name=_("lead"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="team", editable=False)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # guardian grants to groups; the name is the key's twin and is never shown.
        if self.group_id is None:
            self.group = Group.objects.create(name=f"team {self.name}")
        super().save(*args, **kwargs)


class Membership(models.Model):
    """A person in a team; the first one by order is where his new records go."""

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.CASCADE, related_name="memberships")
    position = models.CharField(_("position"), max_length=100, blank=True)
    is_primary = models.BooleanField(pgettext_lazy("team", "primary"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-is_primary", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="member_once_a_team"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_primary=True), name="one_primary_team_a_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"

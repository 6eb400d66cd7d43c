"""People who sign in."""

import zoneinfo
from typing import Any, ClassVar

from django.conf import global_settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from simple_history.models import HistoricalRecords

from crm.history.models import Version
from crm.pictures.models import Pictured
from teams.models.roles import Role
from teams.models.structure import Membership, Team

# The languages that Django has names of: people speak more than the product does.
SPOKEN_LANGUAGES = [(code, _(name)) for code, name in global_settings.LANGUAGES]


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


class PeopleManager(UserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Lower case all through: signing in looks e-mails up that way."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(Pictured, AbstractUser):
    """A person who signs in, by user name or e-mail; deactivated, never deleted, when he leaves."""

    email = models.EmailField(_("e-mail"), blank=True)
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.PROTECT, null=True, blank=True, related_name="users"
    )
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Kyiv", validators=[validate_time_zone])
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    about = models.TextField(_("about"), blank=True, help_text=_("What colleagues should know."))
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    languages = ArrayField(
        models.CharField(max_length=10, choices=SPOKEN_LANGUAGES),
        verbose_name=_("languages"),
        default=list,
        blank=True,
    )
    # Empty: the country of the company. Says which days are holidays.
    country = CountryField(_("country"), blank=True)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)
    teams: "models.ManyToManyField[Team, Membership]" = models.ManyToManyField(
        "Team", verbose_name=_("teams"), through="Membership", related_name="people", blank=True
    )

    objects: ClassVar[PeopleManager] = PeopleManager()  # type: ignore[assignment]
    PARTS: ClassVar[tuple[str, ...]] = ("memberships", "skills", "working_hours")
    history = HistoricalRecords(
        bases=[Version],
        history_id_field=models.BigAutoField(),
        excluded_fields=["password", "last_login", "theme"],
    )
    # Services write the versions, with the parts and the actor; the library's own would come without them.
    skip_history_when_saving = True

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

    def get_absolute_url(self) -> str:
        return reverse("people:detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = type(self).objects.normalize_email(self.email)
        super().save(*args, **kwargs)

"""The company that uses the product, and the days on which it works."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from simple_history.models import HistoricalRecords

from crm.history.models import Version
from crm.pictures.models import Pictured
from teams.models.people import Language, validate_time_zone


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def usual_working_days() -> list[int]:
    return [day.value for day in Weekday if day < Weekday.SATURDAY]


class Company(Pictured):
    """Us: one row. New people and new records take their language, time zone, country and currency from it."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    # ISO 4217.
    currency = models.CharField(_("currency"), max_length=3, default="UAH")
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Kyiv", validators=[validate_time_zone])
    country = CountryField(_("country"), default="UA")
    # ISO 3166-2 without the country, as the `holidays` package names it; empty for the whole country.
    subdivision = models.CharField(_("region"), max_length=10, blank=True)
    working_days = ArrayField(
        models.PositiveSmallIntegerField(
            choices=Weekday, validators=[MinValueValidator(Weekday.MONDAY), MaxValueValidator(Weekday.SUNDAY)]
        ),
        verbose_name=_("working days"),
        default=usual_working_days,
    )
    day_starts = models.TimeField(_("the working day starts"), default="09:00")
    day_ends = models.TimeField(_("the working day ends"), default="18:00")

    PARTS: ClassVar[tuple[str, ...]] = ("special_days",)
    # Its picture is shown whole, not cut to a circle as faces are.
    has_logo: ClassVar[bool] = True
    history = HistoricalRecords(bases=[Version], history_id_field=models.BigAutoField(), excluded_fields=[])
    # Services write the versions, with the parts and the actor; the library's own would come without them.
    skip_history_when_saving = True

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_company")]

    def __str__(self) -> str:
        return self.name or "Porada"

    def clean(self) -> None:
        if self.day_starts and self.day_ends and self.day_ends <= self.day_starts:
            raise ValidationError({"day_ends": _("The working day ends before it starts.")})

    @classmethod
    def current(cls) -> "Company":
        """The one row, or an unsaved one with the defaults when nobody has saved it yet."""
        return cls._default_manager.filter(pk=1).first() or cls(pk=1)


class SpecialDay(models.Model):
    """A day that differs from the calendar of the country: the company works, or does not."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="special_days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100, blank=True)
    is_working = models.BooleanField(_("we work"), default=False)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "day"],
                name="special_day_once",
                violation_error_message=_("This day stands here already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} · {self.name}"

"""Fields that clients and people share: where they are and how mail reaches them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField


class EmailKind(models.TextChoices):
    WORK = "work", _("Work")
    PERSONAL = "personal", _("Personal")
    OTHER = "other", _("Other")


class EmailLine(models.Model):
    """One e-mail address of somebody; `normalised` is lower case, for search and comparison."""

    kind = models.CharField(_("kind"), max_length=10, choices=EmailKind, default=EmailKind.WORK)
    address = models.EmailField(_("e-mail"))
    normalised = models.CharField(max_length=254, blank=True, editable=False)
    is_primary = models.BooleanField(_("primary"), default=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "id"]
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")

    def __str__(self) -> str:
        return self.address

    def save(self, *args: object, **kwargs: object) -> None:
        self.normalised = self.address.casefold()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def search_text(self) -> str:
        return self.address


class PostalAddress(models.Model):
    """Where somebody is; `address` holds street, house and whatever else was written."""

    country = CountryField(_("country"), blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)

    class Meta:
        abstract = True

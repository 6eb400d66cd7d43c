"""A contact: a person, with every employer now and before and every way to reach him."""

from typing import Any, ClassVar, Self

from django.conf import global_settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clients.models import Client
from clients.reach import EmailLine, PostalAddress
from crm.access.models import ALIVE, Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION
from crm.phones.models import Phone
from crm.pictures.models import Pictured

# The languages that Django has names of: a contact may speak more than the product does.
LANGUAGES = [(code, _(name)) for code, name in global_settings.LANGUAGES]


class Consent(models.TextChoices):
    UNKNOWN = "unknown", _("Not asked")
    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")


class Contact(PostalAddress, Pictured, Record):
    """A person we talk to; `name` is composed from the parts of the name and sorts by the last one."""

    PARTS: ClassVar[tuple[str, ...]] = ("phones", "emails", "messengers", "employments")
    NEVER_HIDDEN: ClassVar[frozenset[str]] = Record.NEVER_HIDDEN | {"first_name", "middle_name", "last_name"}
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {"employments", "consent"}
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ("name", "phones", "emails", "messengers", "external_id")

    salutation = models.CharField(_("salutation"), max_length=50, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    name = models.CharField(
        pgettext_lazy("person", "name"), max_length=310, editable=False, db_collation=NAME_COLLATION
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    consent = models.CharField(
        _("consent"),
        max_length=10,
        choices=Consent,
        default=Consent.UNKNOWN,
        help_text=_("Whether this person agreed to be written to."),
    )
    consent_on = models.DateField(_("consent since"), null=True, blank=True)
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The key of this contact in another system.")
    )

    class Meta(Record.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["external_id"], name="contact_external_id", condition=~Q(external_id="")),
            GinIndex(fields=["tags"], name="contact_tags"),
            # The filters of the list, each alone or several together, which no order's index finds.
            GinIndex("language", "consent", ExtractMonth("birthday"), name="contact_filters", condition=ALIVE),
        ]

    def clean(self) -> None:
        super().clean()
        if not self.compose_name():
            raise ValidationError(_("Give at least a first or a last name."))
        if self.birthday and self.birthday > timezone.localdate():
            raise ValidationError({"birthday": _("The birthday lies in the future.")})

    def compose_name(self) -> str:
        """Last name first, as lists are sorted; to be stored in `name` before every save."""
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)


class ContactPhone(Phone):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="phones")

    class Meta(Phone.Meta):
        indexes = [models.Index(fields=["e164"], name="contactphone_e164", condition=~Q(e164=""))]


class ContactEmail(EmailLine):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="emails")

    class Meta(EmailLine.Meta):
        indexes = [models.Index(fields=["normalised"], name="contactemail_normalised")]


class MessengerKind(models.TextChoices):
    TELEGRAM = "telegram", "Telegram"
    WHATSAPP = "whatsapp", "WhatsApp"
    VIBER = "viber", "Viber"
    SIGNAL = "signal", "Signal"
    SKYPE = "skype", "Skype"
    TEAMS = "teams", "Microsoft Teams"
    SLACK = "slack", "Slack"
    LINKEDIN = "linkedin", "LinkedIn"
    OTHER = "other", _("Other")


class Messenger(models.Model):
    """An account by which a person is written to; `normalised` has no case, no @ and no gaps."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="messengers")
    kind = models.CharField(_("kind"), max_length=10, choices=MessengerKind, default=MessengerKind.TELEGRAM)
    account = models.CharField(_("account"), max_length=200)
    normalised = models.CharField(max_length=200, blank=True, editable=False)
    is_primary = models.BooleanField(_("primary"), default=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("messenger")
        verbose_name_plural = _("messengers")

    def __str__(self) -> str:
        return self.account

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.normalised = "".join(self.account.split()).lstrip("@").casefold()
        super().save(*args, **kwargs)

    @property
    def search_text(self) -> str:
        return self.account


class DecisionRole(models.TextChoices):
    DECIDES = "decides", _("Decides")
    INFLUENCES = "influences", _("Influences")
    SIGNS = "signs", _("Signs")
    USES = "uses", _("Uses")


class EmploymentQuerySet(models.QuerySet["Employment"]):
    def current(self) -> Self:
        return self.filter(Q(until=None) | Q(until__gte=timezone.localdate()))


class Employment(models.Model):
    """A dated link of a person to a client; the past ones are kept."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="employments")
    client = models.ForeignKey(Client, verbose_name=_("client"), on_delete=models.CASCADE, related_name="employments")
    job_title = models.CharField(_("position"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=200, blank=True)
    decision_role = models.CharField(_("role in decisions"), max_length=10, choices=DecisionRole, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        ordering = [F("until").desc(nulls_first=True), F("since").desc(nulls_last=True), "id"]
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gte=F("since")),
                name="employment_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first one."),
            ),
            models.UniqueConstraint(
                fields=["contact", "client", "job_title"],
                condition=Q(until=None),
                name="employment_once_at_a_time",
                violation_error_message=_("This person already works there in this position."),
            ),
        ]

    def __str__(self) -> str:
        return self.job_title

    @property
    def is_current(self) -> bool:
        return self.until is None or self.until >= timezone.localdate()


class ContactUserShare(UserShare):
    content_object = models.ForeignKey(Contact, on_delete=models.CASCADE)


class ContactTeamShare(TeamShare):
    content_object = models.ForeignKey(Contact, on_delete=models.CASCADE)

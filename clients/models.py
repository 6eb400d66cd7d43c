"""A client: the company or private person that buys."""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from clients.reach import EmailLine, PostalAddress
from clients.tax_ids import check_tax_id
from crm.access.models import ALIVE, Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION
from crm.phones.models import Phone
from crm.pictures.models import Pictured
from crm.search.text import normalise


class ClientKind(models.TextChoices):
    COMPANY = "company", _("Company")
    PERSON = "person", _("Private person")


class ClientStatus(models.TextChoices):
    LEAD = "lead", _("Lead")
    ACTIVE = "active", _("Active")
    DORMANT = "dormant", _("Dormant")
    FORMER = "former", _("Former")


STATUS_TINTS = {
    ClientStatus.LEAD.value: "blue",
    ClientStatus.ACTIVE.value: "green",
    ClientStatus.DORMANT.value: "amber",
    ClientStatus.FORMER.value: "grey",
}


class ClientSize(models.TextChoices):
    """By the number of people."""

    MICRO = "1-9", "1–9"
    SMALL = "10-49", "10–49"
    MEDIUM = "50-249", "50–249"
    LARGE = "250-999", "250–999"
    HUGE = "1000+", "1,000+"


class Client(PostalAddress, Pictured, Record):
    """A company or private person that we sell to; branches are clients with a parent."""

    PARTS: ClassVar[tuple[str, ...]] = ("phones", "emails")
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {"status", "parent", "kind"}
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = (
        "name",
        "legal_name",
        "tax_id",
        "external_id",
        "phones",
        "emails",
        "website",
    )

    kind = models.CharField(_("kind"), max_length=10, choices=ClientKind, default=ClientKind.COMPANY)
    name = models.CharField(_("name"), max_length=500, db_collation=NAME_COLLATION)
    legal_name = models.CharField(_("legal name"), max_length=500, blank=True)
    tax_id = models.CharField(
        _("tax id"), max_length=30, blank=True, help_text=_("Checked by the rules of the country.")
    )
    website = models.CharField(_("website"), max_length=300, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=ClientSize, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, help_text=_("Where this client came from."))
    status = models.CharField(_("status"), max_length=10, choices=ClientStatus, default=ClientStatus.LEAD)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent client"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="branches",
    )
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    description = models.TextField(_("description"), blank=True)
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The key of this client in another system.")
    )
    # Name and address in one comparable form: what an import recognises a client by.
    match_key = models.CharField(max_length=1100, default="", editable=False)

    class Meta(Record.Meta):
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["tax_id"], name="client_tax_id", condition=~models.Q(tax_id="")),
            models.Index(fields=["external_id"], name="client_external_id", condition=~models.Q(external_id="")),
            models.Index(models.functions.MD5("match_key"), name="client_match_key", condition=ALIVE),
            models.Index(fields=["parent"], name="client_parent", condition=models.Q(parent__isnull=False)),
            GinIndex(fields=["tags"], name="client_tags"),
            # The filters of the list, each alone or several together, which no order's index finds.
            GinIndex(
                "status",
                "country",
                "size",
                *(Upper(name) for name in ("city", "industry", "source")),
                name="client_filters",
                condition=ALIVE,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="client_not_its_own_parent"),
        ]

    def clean(self) -> None:
        super().clean()
        if self.parent_id and self._stands_above(self.parent_id):
            raise ValidationError({"parent": _("A client cannot stand under itself or under one of its own branches.")})
        if self.tax_id:
            try:
                self.tax_id = check_tax_id(self.tax_id, str(self.country or ""))
            except ValidationError as error:
                raise ValidationError({"tax_id": error.messages}) from error

    def _stands_above(self, client_id: UUID) -> bool:
        """Whether this client is the given one or any above it; a walk up, as groups are a few levels deep."""
        seen: set[UUID] = set()
        above: UUID | None = client_id
        while above is not None and above not in seen:
            if above == self.pk:
                return True
            seen.add(above)
            above = Client.objects.filter(pk=above).values_list("parent_id", flat=True).first()
        return False

    @property
    def status_tint(self) -> str:
        """The colour of the status badge: what needs a look stands out."""
        return STATUS_TINTS.get(self.status, "grey")

    @property
    def has_logo(self) -> bool:
        """A company's picture is a logo, to be shown whole; a person's fills its frame."""
        return self.kind == ClientKind.COMPANY

    @property
    def website_url(self) -> str:
        """The website as an http(s) link; empty when it cannot be one."""
        text = self.website.strip()
        if not text:
            return ""
        if text.lower().startswith(("http://", "https://")):
            return text
        return "" if ":" in text.split("/", 1)[0] else f"https://{text}"

    def refresh_match_key(self) -> None:
        """To be called before every save by those who write clients."""
        self.match_key = match_key(self.name, f"{self.postal_code} {self.address}")


def match_key(name: str, address: str) -> str:
    """Name and address without case, accents, quotes, punctuation and gaps; the same for both sides of a comparison."""
    return f"{normalise(name)}\x1f{normalise(address)}"


class ClientPhone(Phone):
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="phones")

    class Meta(Phone.Meta):
        indexes = [models.Index(fields=["e164"], name="clientphone_e164", condition=~models.Q(e164=""))]


class ClientEmail(EmailLine):
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="emails")

    class Meta(EmailLine.Meta):
        indexes = [models.Index(fields=["normalised"], name="clientemail_normalised")]


class ClientUserShare(UserShare):
    content_object = models.ForeignKey(Client, on_delete=models.CASCADE)


class ClientTeamShare(TeamShare):
    content_object = models.ForeignKey(Client, on_delete=models.CASCADE)

"""A deal: what a client may buy, how far it has come and what it is worth."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from contacts.models import Contact, DecisionRole
from crm.access.models import ALIVE, Record, TeamShare, UserShare
from crm.access.names import NAME_COLLATION
from crm.money.amounts import money_text
from crm.money.currencies import validate_currency
from projects.models.pipelines import Pipeline, Stage, StageKind

#: What deals without an amount or a date are sorted as.
NO_AMOUNT, NO_DATE = Decimal(0), date(9999, 12, 31)
_OPEN = ALIVE & Q(state=StageKind.OPEN)
_AMOUNT, _CLOSE = Coalesce(F("amount"), NO_AMOUNT), Coalesce(F("expected_close"), NO_DATE)


class Deal(Record):
    """A sale on its way through a pipeline. Where it stands is written by the services of moves alone."""

    PARTS: ClassVar[tuple[str, ...]] = ("contacts", "lines")
    URL_NAMESPACE: ClassVar[str] = "deals"
    TOLD_CHANGES: ClassVar[frozenset[str]] = Record.TOLD_CHANGES | {
        *(
            "client",
            "amount",
            "currency",
            "probability",
            "expected_close",
            "next_step",
            "presale_team",
            "contacts",
            "lines",
            "project",
        ),
    }
    SEARCH_FIELDS: ClassVar[tuple[str, ...]] = ("name", "external_id")
    #: Where it stands: written by moves, told by the stage, and hidden with it.
    STANDING: ClassVar[tuple[str, ...]] = ("pipeline", "stage", "state", "stage_since", "closed_at")
    KEPT_AT_RESTORING: ClassVar[frozenset[str]] = Record.KEPT_AT_RESTORING | {"stage", "loss_reason"}
    NEEDED_AT_CREATION: ClassVar[frozenset[str]] = Record.NEEDED_AT_CREATION | {"pipeline", "stage", "currency"}

    #: A price is an amount: whoever must not see that of the deal sees its lines without theirs.
    RULED_IN_PARTS: ClassVar[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
        "lines": dict.fromkeys(("unit_price", "discount"), ("amount", "currency"))
    }

    name = models.CharField(_("title"), max_length=500, db_collation=NAME_COLLATION)
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deals",
        db_index=False,
    )
    pipeline = models.ForeignKey(
        Pipeline,
        verbose_name=_("pipeline"),
        on_delete=models.PROTECT,
        related_name="deals",
        db_index=False,
        editable=False,
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="deals", db_index=False
    )
    state = models.CharField(_("state"), max_length=4, choices=StageKind, default=StageKind.OPEN, editable=False)
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, validators=[validate_currency])
    probability = models.PositiveSmallIntegerField(
        _("probability, %"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("That of the stage, unless given."),
    )
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, help_text=_("Where this deal came from."))
    competitors = ArrayField(models.CharField(max_length=100), verbose_name=_("competitors"), default=list, blank=True)
    loss_reason = models.CharField(_("why it was lost"), max_length=500, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    presale_team = models.ForeignKey(
        "teams.Team",
        verbose_name=_("presale team"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    project = models.ForeignKey(
        "projects.Project",
        verbose_name=_("project"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="deals",
        help_text=_("The work that this deal is, or adds to."),
    )
    external_id = models.CharField(
        _("external id"), max_length=100, blank=True, help_text=_("The key of this deal in another system.")
    )

    class Meta(Record.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["client", "state"], name="deal_client", condition=ALIVE),
            models.Index(fields=["stage", "-updated_at", "-id"], name="deal_stage", condition=ALIVE),
            models.Index(fields=["external_id"], name="deal_external_id", condition=~Q(external_id="")),
            # The orders by amount and by date, for all deals, one owner's and one team's.
            models.Index(_AMOUNT, F("id"), name="deal_amount", condition=ALIVE),
            models.Index(F("owner"), _AMOUNT, F("id"), name="deal_owner_amount", condition=ALIVE),
            models.Index(F("team"), _AMOUNT, F("id"), name="deal_team_amount", condition=ALIVE),
            models.Index(_CLOSE, F("id"), name="deal_close", condition=ALIVE),
            models.Index(F("owner"), _CLOSE, F("id"), name="deal_owner_close", condition=ALIVE),
            models.Index(F("team"), _CLOSE, F("id"), name="deal_team_close", condition=ALIVE),
            # The columns of the board in its orders; what is counted and summed over open deals, and over closed ones.
            models.Index(F("stage"), _AMOUNT, F("id"), name="deal_stage_amount", condition=_OPEN),
            models.Index(F("stage"), _CLOSE, F("id"), name="deal_stage_close", condition=_OPEN),
            models.Index(
                fields=["stage"],
                name="deal_open",
                condition=_OPEN,
                include=["id", "owner", "team", "amount", "currency", "probability", "expected_close"],
            ),
            models.Index(
                fields=["closed_at"],
                name="deal_closed",
                condition=ALIVE & Q(closed_at__isnull=False),
                include=["id", "owner", "team", "amount", "currency", "stage", "state"],
            ),
            # The filters of the list, each alone or several together, which no order's index finds.
            GinIndex(fields=["state", "stage", "pipeline"], name="deal_filters", condition=ALIVE),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="deal_amount_not_negative",
                violation_error_message=_("The amount is below zero."),
            ),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__lte=100), name="deal_probability_in_percent"
            ),
            models.CheckConstraint(
                condition=Q(state=StageKind.OPEN, closed_at=None)
                | Q(state__in=(StageKind.WON, StageKind.LOST), closed_at__isnull=False),
                name="deal_closed_when_not_open",
            ),
            models.CheckConstraint(
                condition=Q(loss_reason="") | Q(state=StageKind.LOST), name="deal_loss_reason_when_lost"
            ),
        ]

    @classmethod
    def ruled_fields(cls) -> list[tuple[str, str]]:
        """Without what follows the stage: one rule on the stage holds for all of it."""
        follows = {"pipeline", "state", "stage_since", "closed_at"}
        return [(name, label) for name, label in super().ruled_fields() if name not in follows]

    @property
    def is_open(self) -> bool:
        return self.state == StageKind.OPEN

    @property
    def chance(self) -> int:
        """The probability in percent: its own, else that of its stage."""
        return self.stage.probability if self.probability is None else self.probability

    @property
    def is_over_limit(self) -> bool:
        """Whether it stands in its stage for longer than the stage allows."""
        limit = self.stage.days
        return self.is_open and limit is not None and timezone.now() - self.stage_since > timedelta(days=limit)

    @property
    def is_past_close(self) -> bool:
        """Whether it should have been closed by now."""
        return self.is_open and self.expected_close is not None and self.expected_close < timezone.localdate()

    @property
    def money(self) -> str:
        """The amount with its currency, in the active language; empty without one."""
        return money_text(self.amount, self.currency)


class DealContact(models.Model):
    """A person on the client's side, and the part that he has in the deal."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="contacts")
    contact = models.ForeignKey(Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="deals")
    role = models.CharField(_("role in the deal"), max_length=10, choices=DecisionRole, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("contact in the deal")
        verbose_name_plural = _("contacts in the deal")
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "contact"],
                name="deal_contact_once",
                violation_error_message=_("This person is in the deal already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.contact)


class DealUserShare(UserShare):
    content_object = models.ForeignKey(Deal, on_delete=models.CASCADE)


class DealTeamShare(TeamShare):
    content_object = models.ForeignKey(Deal, on_delete=models.CASCADE)

"""The ways that deals go: pipelines, and their stages in order."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

#: Fields and parts of a deal that a stage may ask for.
REQUIRABLE = (
    "client",
    "contacts",
    "amount",
    "expected_close",
    "source",
    "competitors",
    "next_step",
    "description",
    "presale_team",
)


class StageKind(models.TextChoices):
    """What a stage makes of the deals in it."""

    OPEN = "open", pgettext_lazy("deal", "Open")
    WON = "won", pgettext_lazy("deal", "Won")
    LOST = "lost", pgettext_lazy("deal", "Lost")


KIND_TINTS = {StageKind.OPEN.value: "blue", StageKind.WON.value: "green", StageKind.LOST.value: "red"}


class Pipeline(models.Model):
    """Stages in order, of which exactly one is won and one is lost. Ready names are told in the reader's language."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_default = models.BooleanField(_("default"), default=False, help_text=_("New deals begin in this one."))
    is_sequential = models.BooleanField(
        _("sequential"), default=False, help_text=_("Deals go through the stages one by one, without skipping any.")
    )

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="one_default_pipeline",
                violation_error_message=_("Another pipeline is the default one."),
            )
        ]

    def __str__(self) -> str:
        return gettext(self.name)


class Stage(models.Model):
    """A step of a pipeline. `required` names the fields of a deal that must be filled in to enter it."""

    pipeline = models.ForeignKey(Pipeline, verbose_name=_("pipeline"), on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=4, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("probability, %"), default=0, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    days = models.PositiveSmallIntegerField(
        _("time limit, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("A deal that stays longer stands out."),
    )
    required = ArrayField(models.CharField(max_length=30), verbose_name=_("required"), default=list, blank=True)

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "name"],
                name="stage_name_once",
                violation_error_message=_("This pipeline has a stage of this name."),
            ),
            models.UniqueConstraint(
                fields=["pipeline", "kind"],
                condition=Q(kind__in=(StageKind.WON, StageKind.LOST)),
                name="stage_one_won_one_lost",
                violation_error_message=_("A pipeline has one stage for won deals and one for lost ones."),
            ),
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_in_percent"),
            models.CheckConstraint(condition=Q(days=None) | Q(days__gte=1), name="stage_days_from_one"),
            # What deals refer to, so that their state is always that of their stage.
            models.UniqueConstraint(fields=["id", "pipeline", "kind"], name="stage_with_pipeline_and_kind"),
        ]

    def __str__(self) -> str:
        return gettext(self.name)

    def clean(self) -> None:
        super().clean()
        if self.pk and self._is_in_use() and self.kind != self._stored_kind():
            raise ValidationError({"kind": _("Deals stand in this stage: move them first.")})

    @property
    def is_open(self) -> bool:
        return self.kind == StageKind.OPEN

    @property
    def tint(self) -> str:
        """The colour of its badge."""
        return KIND_TINTS.get(self.kind, "grey")

    def _is_in_use(self) -> bool:
        return bool(self.deals.exists())

    def _stored_kind(self) -> str | None:
        return Stage.objects.filter(pk=self.pk).values_list("kind", flat=True).first()

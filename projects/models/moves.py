"""Who moved what when: the rows that every figure about the pipeline is counted from."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from projects.models.deals import Deal
from projects.models.pipelines import Stage


class StageMove(models.Model):
    """One move of a deal; the first has no `from_stage`. `seconds` is how long the deal stood in the stage it left.

    `reason` is why it was lost. Follows its deal: whoever does not see that, or its stage, sees no move.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="moves", db_index=False)
    from_stage = models.ForeignKey(
        Stage, verbose_name=_("from"), on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    to_stage = models.ForeignKey(Stage, verbose_name=_("to"), on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    seconds = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("move of a deal")
        verbose_name_plural = _("moves of deals")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["deal", "at", "id"], name="stagemove_deal"),
            models.Index(fields=["at"], name="stagemove_at"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage or ''} → {self.to_stage}"

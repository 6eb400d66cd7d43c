"""Teams, a tree, and who is in them."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords
from tree_queries.models import TreeNode

from crm.access.names import NAME_COLLATION
from crm.history.models import Version


class Team(TreeNode):
    """People who work together; teams form a tree, and each has an auth group for guardian's shares."""

    name = models.CharField(_("name"), max_length=100, unique=True, db_collation=NAME_COLLATION)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lead"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    description = models.TextField(_("description"), blank=True)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="team", editable=False)

    PARTS: ClassVar[tuple[str, ...]] = ("memberships",)
    history = HistoricalRecords(bases=[Version], history_id_field=models.BigAutoField(), excluded_fields=["group"])
    # Services write the versions, with the parts and the actor; the library's own would come without them.
    skip_history_when_saving = True

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

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="memberships"
    )
    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.CASCADE, related_name="memberships")
    position = models.CharField(_("position"), max_length=100, blank=True)
    share = models.PositiveSmallIntegerField(
        _("share of time"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Percent of the working time."),
    )
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

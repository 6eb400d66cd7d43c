"""Roles: what people may do, and the log of who looked at the product with another's eyes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from crm.access.rights import Action, FieldAccess, Scope
from crm.history.models import Version


class Role(models.Model):
    """A named set of grants and field rules; `rank` orders roles, the highest rules the others."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=10, help_text=_("People create and hand out only roles of a lower rank than their own.")
    )
    description = models.TextField(_("description"), blank=True)
    needs_second_factor = models.BooleanField(
        _("second factor"),
        default=False,
        help_text=_("People with this role sign in with a code of their phone as well."),
    )

    PARTS: ClassVar[tuple[str, ...]] = ("grants", "field_rules")
    history = HistoricalRecords(bases=[Version], history_id_field=models.BigAutoField(), excluded_fields=[])
    # Services write the versions, with the parts and the actor; the library's own would come without them.
    skip_history_when_saving = True

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


class SeenAs(models.Model):
    """An administrator looked at the product as somebody else would see it, from `started_at` to `ended_at`."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("administrator"), on_delete=models.PROTECT, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("seen as"), on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("look as another user")
        verbose_name_plural = _("looks as another user")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor} · {self.user}"

"""How people come and go: invitations, and the books of those who leave."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from teams.models.people import Language
from teams.models.roles import Role
from teams.models.structure import Team


class Invitation(models.Model):
    """A mailed link by which a new person signs up; role and team were chosen by who invited him.

    The link holds a secret of which only the SHA-256 is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"))
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    # None on an invitation that is over and whose role was deleted since.
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.PROTECT, null=True, related_name="invitations"
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    position = models.CharField(_("position"), max_length=100, blank=True)
    share = models.PositiveSmallIntegerField(
        _("share of time"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="+"
    )
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    accepted_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="invitation"
    )
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()


class Handover(models.Model):
    """The book of a leaver given to others in one stroke: every version it wrote carries its change set."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    leaver = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("leaver"), on_delete=models.PROTECT, related_name="+"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("handed over by"), on_delete=models.PROTECT, related_name="+"
    )
    change_set = models.UUIDField(unique=True, editable=False)
    # How the records were given out, as the form had it; and how many of each type each person got.
    rule = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.leaver} · {self.created_at:%Y-%m-%d}"

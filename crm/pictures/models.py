"""What has a picture."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class PictureField(models.CharField):  # type: ignore[type-arg]
    """The name of a stored picture; people are told that it changed, not how the file is called."""

    def told(self, name: str) -> str:
        return gettext("picture %(mark)s") % {"mark": name[:6]}


class Pictured(models.Model):
    """`picture` names a stored file by its content; empty when there is none. Old files stay, for old versions."""

    picture = PictureField(_("picture"), max_length=40, blank=True)

    class Meta:
        abstract = True

    @property
    def picture_url(self) -> str:
        if not self.picture:
            return ""
        return reverse("picture", args=[self._meta.label_lower, self.pk, self.picture])

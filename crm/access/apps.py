from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "crm.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        # The apps tell which of their records go with which, and what is seen through what.
        autodiscover_modules("following", "ways")

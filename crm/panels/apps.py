from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PanelsConfig(AppConfig):
    name = "crm.panels"
    label = "panels"
    verbose_name = _("Panels")

    def ready(self) -> None:
        autodiscover_modules("panels")

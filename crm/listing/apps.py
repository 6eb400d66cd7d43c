from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ListingConfig(AppConfig):
    name = "crm.listing"
    label = "listing"
    verbose_name = _("Lists")

    def ready(self) -> None:
        # An app above may add columns to the list of an app below it.
        autodiscover_modules("tables")

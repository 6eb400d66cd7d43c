"""The look of the product as a Django app: it finds the `menu.py` of every other app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class UiConfig(AppConfig):
    name = "crm.ui"
    label = "ui"

    def ready(self) -> None:
        autodiscover_modules("menu")

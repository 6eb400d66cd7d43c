"""The look of the product as a Django app: it finds the `menu.py` of every other app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from crm.ui.menu import MenuEntry, register


class UiConfig(AppConfig):
    name = "crm.ui"
    label = "ui"

    def ready(self) -> None:
        register(MenuEntry(key="home", label=_("Home"), url_name="home", icon="home", order=0, shortcut="h"))
        autodiscover_modules("menu")

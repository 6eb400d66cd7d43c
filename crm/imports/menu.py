"""The import in the navigation, for those who may add anything that can be imported."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.imports.registry import targets_for
from crm.ui.menu import MenuEntry, register


def _may_import(user: Any) -> bool:
    return bool(targets_for(user))


register(
    MenuEntry(
        key="imports",
        label=_("Import"),
        url_name="imports:list",
        icon="file-import",
        order=80,
        shortcut="i",
        is_shown=_may_import,
    )
)

"""Teams, people, roles and the company in the navigation."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action, may
from crm.ui.menu import MenuEntry, register
from teams.models import Role

_COMPANY = _("Company")


def _may_view_roles(user: Any) -> bool:
    return may(user, Action.VIEW, Role)


register(
    MenuEntry(
        key="teams",
        label=_("Teams"),
        url_name="teams:list",
        icon="users-group",
        order=60,
        shortcut="t",
        group=_COMPANY,
    )
)
register(
    MenuEntry(
        key="people", label=_("People"), url_name="people:list", icon="users", order=61, shortcut="u", group=_COMPANY
    )
)
register(
    MenuEntry(
        key="roles",
        label=_("Roles"),
        url_name="roles:list",
        icon="shield-lock",
        order=62,
        group=_COMPANY,
        is_shown=_may_view_roles,
    )
)
register(
    MenuEntry(
        key="company", label=_("Company"), url_name="company:edit", icon="building-skyscraper", order=63, group=_COMPANY
    )
)

"""Deals, projects and the catalogue in the navigation and in the "New" menu."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.rights import Action, may
from crm.ui.menu import MenuEntry, NewEntry, register
from projects.catalogue import sees_prices
from projects.models import Deal, Product, Project


def _may_view(user: Any) -> bool:
    return may(user, Action.VIEW, Deal)


def _may_add(user: Any) -> bool:
    return may(user, Action.ADD, Deal)


def _may_view_products(user: Any) -> bool:
    return may(user, Action.VIEW, Product)


def _may_add_products(user: Any) -> bool:
    return may(user, Action.ADD, Product)


def _may_view_projects(user: Any) -> bool:
    return may(user, Action.VIEW, Project)


def _may_add_projects(user: Any) -> bool:
    return may(user, Action.ADD, Project)


register(
    MenuEntry(
        key="deals",
        label=_("Deals"),
        url_name="deals:list",
        icon="businessplan",
        order=30,
        shortcut="d",
        is_shown=_may_view,
    )
)
register(
    MenuEntry(
        key="products",
        label=_("Products"),
        url_name="products:list",
        icon="package",
        order=36,
        is_shown=_may_view_products,
    )
)
register(
    MenuEntry(key="prices", label=_("Price lists"), url_name="prices:list", icon="tag", order=38, is_shown=sees_prices)
)
register(
    NewEntry(
        key="deal",
        label=_("Deal"),
        title=_("Add a deal"),
        hint=_("What a client may buy"),
        url_name="deals:new",
        icon="businessplan",
        order=25,
        is_shown=_may_add,
    )
)
register(
    NewEntry(
        key="product",
        label=_("Product"),
        title=_("Add a product"),
        hint=_("What the company sells"),
        url_name="products:new",
        icon="package",
        order=40,
        is_shown=_may_add_products,
    )
)
register(
    MenuEntry(
        key="projects",
        label=_("Projects"),
        url_name="projects:list",
        icon="briefcase",
        order=32,
        shortcut="j",
        is_shown=_may_view_projects,
    )
)
register(
    NewEntry(
        key="project",
        label=_("Project"),
        title=_("Add a project"),
        hint=_("Work that is delivered to a client"),
        url_name="projects:new",
        icon="briefcase",
        order=27,
        is_shown=_may_add_projects,
    )
)

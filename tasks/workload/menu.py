"""The workload in the navigation."""

from django.utils.translation import gettext_lazy as _

from crm.ui.menu import MenuEntry, register
from tasks.workload.reading import sees_workload

register(
    MenuEntry(
        key="workload",
        label=_("Workload"),
        url_name="workload:page",
        icon="chart-bar",
        order=35,
        is_shown=sees_workload,
    )
)

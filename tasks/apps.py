from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = _("Tasks and time")

    def ready(self) -> None:
        from tasks.rights import register_rules

        register_rules()

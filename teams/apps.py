from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("Teams")

    def ready(self) -> None:
        from crm.access.rights import register_rights_source
        from teams.rights import load_rights

        register_rights_source(load_rights)

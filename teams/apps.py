from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TeamsConfig(AppConfig):
    name = "teams"
    verbose_name = _("Teams")

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from crm.access.endings import register_ending
        from crm.access.explaining import register_colleagues_source
        from crm.access.registry import register_managed
        from crm.access.rights import register_rights_source
        from crm.money.currencies import register_base_currency
        from crm.pictures.registry import register
        from teams.managed import MANAGED
        from teams.pictures import OPENERS
        from teams.rights import load_rights
        from teams.selectors.colleagues import colleagues_with_rights
        from teams.selectors.company import company_currency
        from teams.sessions import end_sessions, note_sign_in

        register_rights_source(load_rights)
        register_base_currency(company_currency)
        register_ending("sessions", end_sessions)
        register_colleagues_source(colleagues_with_rights)
        user_logged_in.connect(note_sign_in, dispatch_uid="teams.sessions.note_sign_in")
        for model, scopes in MANAGED.items():
            register_managed(model, scopes)
        for kind, opener in OPENERS.items():
            register(kind, opener)

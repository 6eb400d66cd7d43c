from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Deals and projects")

    def ready(self) -> None:
        from contacts.demo.further import register
        from projects.demo import make_demo_deals
        from projects.demo_catalogue import make_demo_catalogue
        from projects.demo_projects import make_demo_projects
        from projects.rights import register_rules

        register(make_demo_deals)
        register(make_demo_catalogue)
        register(make_demo_projects)
        register_rules()

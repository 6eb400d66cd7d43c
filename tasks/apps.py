from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TasksConfig(AppConfig):
    name = "tasks"
    verbose_name = _("Tasks and time")

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy

        from contacts.demo.further import register as add_to_demo
        from crm.listing.filters import contribute_filter
        from projects.filters import DealFilterSet
        from projects.marks import register
        from tasks.demo import make_demo_tasks
        from tasks.follow_ups import register_next_task
        from tasks.idle import IdleFilter, idle_marks
        from tasks.reminders.starting import begin
        from tasks.rights import register_rules
        from tasks.services.handing import follow_teams
        from tasks.time.demo import make_demo_time
        from tasks.time.registering import register_time

        add_to_demo(make_demo_tasks)
        add_to_demo(make_demo_time)
        register_rules()
        register(idle_marks)
        label = gettext_lazy("Without a next task")
        contribute_filter(DealFilterSet, "idle", lambda: IdleFilter(label=label), ruled=("stage",))
        register_time()
        register_next_task()
        begin()
        follow_teams()

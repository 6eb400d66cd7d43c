"""Roles of before reach deals as far as they reach clients."""

from django.db import migrations


def let_deals_go_with_clients(apps, schema_editor):
    Grant = apps.get_model("teams", "Grant")
    Role = apps.get_model("teams", "Role")
    for role in Role.objects.all():
        reach = dict(role.grants.filter(record_type="clients.client").values_list("action", "scope"))
        if not reach.get("view"):
            continue
        for action, scope in reach.items():
            Grant.objects.get_or_create(
                role=role, record_type="projects.deal", action=action, defaults={"scope": scope}
            )


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_ready_pipeline"), ("teams", "0004_who_may_log_and_comment")]

    operations = [migrations.RunPython(let_deals_go_with_clients, migrations.RunPython.noop)]

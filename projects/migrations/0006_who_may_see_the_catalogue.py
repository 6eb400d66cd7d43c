"""Roles of before see the catalogue when they see deals; those who lead sales keep it."""

from django.db import migrations

_TEAM_AND_BELOW, _ALL = 3, 4
_CATALOGUE = ("projects.product", "projects.pricelist")


def open_the_catalogue(apps, schema_editor):
    Grant = apps.get_model("teams", "Grant")
    Role = apps.get_model("teams", "Role")
    for role in Role.objects.all():
        reach = dict(role.grants.filter(record_type="projects.deal").values_list("action", "scope"))
        if not reach.get("view"):
            continue
        for record_type in _CATALOGUE:
            for action in _actions(reach):
                Grant.objects.get_or_create(
                    role=role, record_type=record_type, action=action, defaults={"scope": _ALL}
                )


def _actions(reach):
    if reach.get("change", 0) == _ALL and reach.get("delete", 0) == _ALL:
        return ("view", "add", "change", "delete", "export", "assign", "share")
    if reach.get("change", 0) >= _TEAM_AND_BELOW:
        return ("view", "add", "change", "export")
    return ("view",)


class Migration(migrations.Migration):
    dependencies = [("projects", "0005_products_prices_and_lines"), ("teams", "0004_who_may_log_and_comment")]

    operations = [migrations.RunPython(open_the_catalogue, migrations.RunPython.noop)]

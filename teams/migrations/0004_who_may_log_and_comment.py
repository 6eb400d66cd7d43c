"""Roles of before get the rights that the ready roles begin with: whoever changes contacts logs and comments."""

from django.db import migrations

_OWN, _ALL = 1, 4
_LABELS = ("contacts.interaction", "comments.comment")


def let_those_who_work_converse(apps, schema_editor):
    Grant = apps.get_model("teams", "Grant")
    Role = apps.get_model("teams", "Role")
    for role in Role.objects.all():
        reach = dict(role.grants.filter(record_type="contacts.contact").values_list("action", "scope"))
        if not reach.get("change") and not reach.get("add"):
            continue
        may_delete = _ALL if reach.get("delete") == _ALL else _OWN
        for label in _LABELS:
            for action, scope in (("add", _ALL), ("change", _OWN), ("delete", may_delete)):
                Grant.objects.get_or_create(role=role, record_type=label, action=action, defaults={"scope": scope})


class Migration(migrations.Migration):
    dependencies = [("teams", "0003_invitations_outlive_roles")]

    operations = [migrations.RunPython(let_those_who_work_converse, migrations.RunPython.noop)]

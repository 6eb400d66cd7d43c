"""The stages that projects start with; the database holds a project to the kind of its stage; who sees projects."""

from django.db import migrations

from projects.ready_stages import PROJECT_STAGES

HOLD = """
    ALTER TABLE projects_project ADD CONSTRAINT project_stands_as_its_stage
    FOREIGN KEY (stage_id, state) REFERENCES projects_projectstage (id, kind)
    DEFERRABLE INITIALLY DEFERRED
"""
LET_GO = "ALTER TABLE projects_project DROP CONSTRAINT project_stands_as_its_stage"
LABEL = "projects.project"
_OWN, _TEAM, _BELOW = 1, 2, 3
# What the ready roles that deliver and sell begin with. All others reach projects as far as deals.
_OF_READY_ROLES = {
    "Project manager": {
        **{"view": _BELOW, "change": _BELOW, "export": _BELOW, "assign": _BELOW, "share": _BELOW},
        **{"add": _OWN, "delete": _OWN},
    },
    "Sales manager": {"view": _TEAM, "add": _OWN, "change": _OWN},
}


def make_ready_stages(apps, schema_editor):
    ProjectStage = apps.get_model("projects", "ProjectStage")
    if ProjectStage.objects.exists():
        return
    for position, (name, kind) in enumerate(PROJECT_STAGES):
        ProjectStage.objects.create(name=name, kind=kind, position=position)


def let_projects_go_with_deals(apps, schema_editor):
    """Who sees clients and no deals sees the projects that he works on, and no prices of them."""
    Grant = apps.get_model("teams", "Grant")
    FieldRule = apps.get_model("teams", "FieldRule")
    Role = apps.get_model("teams", "Role")
    for role in Role.objects.all():
        reach = dict(role.grants.filter(record_type="projects.deal").values_list("action", "scope"))
        reach = _OF_READY_ROLES.get(role.name, reach) if reach.get("view") else {}
        if not reach and role.grants.filter(record_type="clients.client", action="view", scope__gt=0).exists():
            reach = {"view": _OWN}
            FieldRule.objects.get_or_create(
                role=role, record_type=LABEL, field="budget_amount", defaults={"access": "hidden"}
            )
        for action, scope in reach.items():
            Grant.objects.get_or_create(role=role, record_type=LABEL, action=action, defaults={"scope": scope})


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_projects_and_their_parts")]

    operations = [
        migrations.RunSQL(HOLD, LET_GO),
        migrations.RunPython(make_ready_stages, migrations.RunPython.noop),
        migrations.RunPython(let_projects_go_with_deals, migrations.RunPython.noop),
    ]

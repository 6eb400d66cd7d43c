"""The kinds and the board that a company starts with; a task stands as its status says; who sees tasks."""

from django.db import migrations

from tasks.ready import BOARD, KINDS, STATUSES

HOLD = """
    ALTER TABLE tasks_task ADD CONSTRAINT task_stands_as_its_status
    FOREIGN KEY (status_id, state) REFERENCES tasks_taskstatus (id, state)
    DEFERRABLE INITIALLY DEFERRED
"""
LET_GO = "ALTER TABLE tasks_task DROP CONSTRAINT task_stands_as_its_status"
LABEL = "tasks.task"
_OWN, _TEAM, _BELOW, _ALL = 1, 2, 3, 4
_ACTIONS = ("view", "add", "change", "delete", "export", "assign", "share")
_WORK = {"view": _OWN, "add": _OWN, "change": _OWN, "delete": _OWN, "export": _OWN, "assign": _OWN, "share": _OWN}
# What the ready roles begin with. All others work on their own tasks, and see as far as they see deals or clients.
_OF_READY_ROLES = {
    "Director": dict.fromkeys(_ACTIONS, _ALL),
    "Head of sales": dict.fromkeys(_ACTIONS, _BELOW),
    "Sales manager": {**_WORK, "view": _TEAM},
    "Project manager": {**dict.fromkeys(_ACTIONS, _BELOW), "delete": _OWN},
    "Developer": {**_WORK, "export": 0},
    "Accountant": _WORK,
    "Observer": {"view": _BELOW},
}


def make_ready(apps, schema_editor):
    TaskKind = apps.get_model("tasks", "TaskKind")
    TaskBoard = apps.get_model("tasks", "TaskBoard")
    TaskStatus = apps.get_model("tasks", "TaskStatus")
    for position, (name, nature) in enumerate(KINDS):
        TaskKind.objects.get_or_create(name=name, defaults={"nature": nature, "position": position})
    if TaskBoard.objects.filter(is_default=True).exists():
        return
    board = TaskBoard.objects.create(name=BOARD, is_default=True)
    for position, (name, state) in enumerate(STATUSES):
        TaskStatus.objects.create(board=board, name=name, state=state, position=position)


def let_everybody_work(apps, schema_editor):
    Grant = apps.get_model("teams", "Grant")
    Role = apps.get_model("teams", "Role")
    for role in Role.objects.all():
        reach = _OF_READY_ROLES.get(role.name)
        if reach is None:
            seen = role.grants.filter(record_type__in=("projects.deal", "clients.client"), action="view")
            widest = max(seen.values_list("scope", flat=True), default=0)
            if not widest:
                continue
            reach = {**_WORK, "view": max(widest, _OWN)}
        for action, scope in reach.items():
            if scope:
                Grant.objects.get_or_create(role=role, record_type=LABEL, action=action, defaults={"scope": scope})


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_tasks_and_their_boards"), ("teams", "0004_who_may_log_and_comment")]

    operations = [
        migrations.RunSQL(HOLD, LET_GO),
        migrations.RunPython(make_ready, migrations.RunPython.noop),
        migrations.RunPython(let_everybody_work, migrations.RunPython.noop),
    ]

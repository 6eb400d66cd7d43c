"""The pipeline that a company starts with; and the database holds a deal to the pipeline and kind of its stage."""

from django.db import migrations

from projects.ready_pipeline import NAME, STAGES

HOLD = """
    ALTER TABLE projects_deal ADD CONSTRAINT deal_stands_as_its_stage
    FOREIGN KEY (stage_id, pipeline_id, state) REFERENCES projects_stage (id, pipeline_id, kind)
    DEFERRABLE INITIALLY DEFERRED
"""
LET_GO = "ALTER TABLE projects_deal DROP CONSTRAINT deal_stands_as_its_stage"


def make_ready_pipeline(apps, schema_editor):
    Pipeline = apps.get_model("projects", "Pipeline")
    Stage = apps.get_model("projects", "Stage")
    if Pipeline.objects.exists():
        return
    pipeline = Pipeline.objects.create(name=NAME, is_default=True)
    for position, ready in enumerate(STAGES):
        Stage.objects.create(
            pipeline=pipeline, position=position, name=ready.name, probability=ready.probability, kind=ready.kind
        )


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_deals_and_pipelines")]

    operations = [
        migrations.RunSQL(HOLD, LET_GO),
        migrations.RunPython(make_ready_pipeline, migrations.RunPython.noop),
    ]

"""Setting pipelines up."""

from django.db import transaction

from projects.models import Pipeline, ProjectStage, Stage
from projects.ready_pipeline import NAME, STAGES
from projects.ready_stages import PROJECT_STAGES


@transaction.atomic
def install_ready_pipeline() -> Pipeline:
    """The default pipeline; the ready one is made where there is no pipeline at all."""
    present = Pipeline.objects.order_by("-is_default", "position", "id").first()
    if present is not None:
        return present
    pipeline = Pipeline.objects.create(name=NAME, is_default=True)
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, position=number, name=ready.name, probability=ready.probability, kind=ready.kind)
        for number, ready in enumerate(STAGES)
    )
    return pipeline


@transaction.atomic
def install_ready_project_stages() -> None:
    """The ready stages are made where there is none at all."""
    if ProjectStage.objects.exists():
        return
    ProjectStage.objects.bulk_create(
        ProjectStage(name=name, kind=kind, position=number) for number, (name, kind) in enumerate(PROJECT_STAGES)
    )

"""The pages of a record's history, for every record type that asks for them."""

from django.urls import URLPattern, path

from crm.access.models import Record
from crm.history import views
from crm.history.restoring import SaveRestored


def history_paths(model: type[Record], *, save: SaveRestored) -> list[URLPattern]:
    """URLs `history`, `version` and `restore_version`, to be included under the namespace of the type.

    `save` is the service that stores a changed record: `save(record, actor=…, parts=…, reason=…)`.
    """
    return [
        path("<uuid:pk>/history/", views.history, {"model": model}, name="history"),
        path("<uuid:pk>/history/<int:number>/", views.version, {"model": model}, name="version"),
        path(
            "<uuid:pk>/history/<int:number>/restore/",
            views.restore,
            {"model": model, "save": save},
            name="restore_version",
        ),
    ]

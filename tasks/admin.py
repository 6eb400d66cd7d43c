"""Tasks in the Django admin; kinds and boards, which are set up there."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.access.admin import RecordAdmin
from tasks.forms import TaskForm
from tasks.models import Task, TaskBoard, TaskKind, TaskState, TaskStatus
from tasks.services import create_task, save_task

_NEEDED = (TaskState.TODO, TaskState.DONE, TaskState.CANCELLED)


@admin.register(Task)
class TaskAdmin(RecordAdmin):
    record_form = TaskForm
    create = create_task
    change = save_task
    list_display = ("name", "kind", "status", "due_on", "owner", "team", "updated_at")
    list_filter = ("state", "kind")
    list_select_related = ("owner", "team", "status", "kind")  # type: ignore[assignment]


@admin.register(TaskKind)
class TaskKindAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "nature", "position", "is_offered")
    list_editable = ("position", "is_offered")


class StatusesFormSet(BaseInlineFormSet):
    """Tasks that come from another board find their place here."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        states = {
            form.cleaned_data.get("state") for form in self.forms if form.cleaned_data and not self._is_removed(form)
        }
        missing = [str(state.label) for state in _NEEDED if state.value not in states]
        if missing:
            raise ValidationError(_("A board needs a status for: %(states)s.") % {"states": ", ".join(missing)})

    def _is_removed(self, form: Any) -> bool:
        is_removed = bool(form.cleaned_data.get("DELETE"))
        if is_removed and form.instance.pk and form.instance.tasks.exists():
            raise ValidationError(_("Tasks stand in “%(status)s”: move them first.") % {"status": form.instance})
        return is_removed

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # What a status means is what its tasks are: the database holds one to the other.
        if form.instance.pk and form.instance.tasks.exists():
            form.fields["state"].disabled = True


class StatusInline(admin.TabularInline):  # type: ignore[type-arg]
    model = TaskStatus
    formset = StatusesFormSet
    extra = 0


@admin.register(TaskBoard)
class TaskBoardAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "team", "project", "is_default")
    list_select_related = ("team", "project")
    autocomplete_fields = ("project",)
    inlines = (StatusInline,)

    def has_delete_permission(self, request: HttpRequest, obj: TaskBoard | None = None) -> bool:
        """Not while tasks stand on it, and never the default one."""
        if obj is not None and (obj.is_default or Task.objects.filter(status__board=obj).exists()):
            return False
        return super().has_delete_permission(request, obj)

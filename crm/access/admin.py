"""Records in the Django admin: the same sight, rights, field rules and writes as on the product's own pages."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from crm.access.models import Record
from crm.access.rights import Action, hidden_fields
from crm.access.writing import Refused, StaleVersion, move_to_bin
from crm.pages.forms import RecordForm
from crm.search.finding import matching

MOST_COUNTED = 10_000
_SYSTEM = ("created_at", "updated_at", "version")


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than a reader would leaf: a full count of a large table takes seconds."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())


class RecordAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Subclasses name the form of the record's own page, and the services that create and change it.

    Parts (phones, employments…) are kept as they are: they are edited on the record's page.
    """

    record_form: ClassVar[type[RecordForm]]
    create: ClassVar[Callable[..., Any]]
    change: ClassVar[Callable[..., Any]]

    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-updated_at", "-id")
    list_select_related = ("owner", "team")
    # Only to show the box: what it finds is the search's business.
    search_fields = ("name",)
    sortable_by = ("name", "updated_at")

    def view_on_site(self, obj: Any) -> str:
        """The record's own page, at once."""
        return str(obj.get_absolute_url())

    # Who sees and may do what

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model.objects.visible_to(request.user).order_by(*self.ordering)  # type: ignore[no-any-return]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Action.VIEW, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request, Action.ADD, None)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Action.CHANGE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Action.DELETE, obj)

    def _may(self, request: HttpRequest, action: Action, record: Record | None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action.value}_{self.opts.model_name}", record)

    # Lists

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._open(request, super().get_list_display(request)) or ["pk"]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return self._open(request, super().get_list_filter(request))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Nothing but the filters on offer: any other condition in the address could spell a hidden value out."""
        return request is not None and lookup.partition("__")[0] in self.get_list_filter(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (matching(queryset, request.user, search_term) if search_term.strip() else queryset), False

    def _open(self, request: HttpRequest, names: Iterable[Any]) -> list[Any]:
        hidden = hidden_fields(request.user, self.model)
        return [name for name in names if name not in hidden]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The history on the record's own page: the log of the admin names every changed field, hidden ones too."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        return HttpResponseRedirect(record.url("history"))

    # Forms

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        actor = request.user

        class ActorsForm(self.record_form):  # type: ignore[name-defined]
            PARTS: ClassVar[dict[str, Any]] = {}
            submission = None

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, actor=actor, **options)

        return ActorsForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        form = self.get_form(request, obj)(instance=obj)
        if obj is None:
            return list(form.fields)
        names = [name for name in form.fields if name != "read_version"]
        if not self.has_change_permission(request, obj):
            return [*names, *self._open(request, _SYSTEM)]
        return [*names, "read_version", *self._open(request, _SYSTEM)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return _SYSTEM if obj is not None else ()

    # Writes

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (StaleVersion, Refused) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            type(self).create(obj, actor=request.user)
            return
        obj.version = form.cleaned_data.get("read_version") or obj.version
        type(self).change(obj, actor=request.user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has stored everything."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        move_to_bin(obj, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for record in queryset:
            move_to_bin(record, actor=request.user)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """The recycle bin takes the record alone: nothing falls with it."""
        records = list(objs)
        deletable = self.model.objects.deletable_by(request.user).filter(pk__in=[record.pk for record in records])
        title = str(self.opts.verbose_name_plural)
        refused = set() if deletable.count() == len(records) else {title}
        return [str(record) for record in records], {title: len(records)}, refused, []

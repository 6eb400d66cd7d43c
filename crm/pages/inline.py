"""One field of a card edited in its place: the form, the service and the rules of the edit page."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.pages.editing import EditPage, Save
from crm.pages.forms import CARRIED, RecordForm
from crm.pages.reading import fetch_record


def inline_path(model: type[Record], *, form: type[RecordForm], save: Save) -> URLPattern:
    """The URL `field` of a record type, to be included under its namespace; its card then shows pencils.

    `save` is the service that stores a changed record: `save(record, parts=…, actor=…)`.
    """
    options = {"model": model, "form": form, "save": save}
    return path("<uuid:pk>/field/<str:name>/", inline_field, options, name="field")


@login_required
def inline_field(
    request: HttpRequest, pk: UUID, name: str, *, model: type[Record], form: type[RecordForm], save: Save
) -> HttpResponse:
    """GET is the field's control, POST stores it and leads to the card, from which the page takes what is new.

    Without htmx GET leads to the edit page. Raises Http404 for a field out of sight, PermissionDenied for a locked one.
    """
    record, permissions = fetch_record(model, pk, reader=request.user)
    if name in CARRIED or name not in form.base_fields or name in hidden_fields(request.user, model):
        raise Http404
    bound = form(request.POST or None, instance=record, actor=request.user, only=name, auto_id=f"inline_{name}_%s")
    if not permissions.may_edit[name] or name not in bound.fields:
        raise PermissionDenied
    if request.method != "POST" and not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"{record.url('edit')}#id_{name}")
    if request.method == "POST" and bound.is_valid() and name not in bound.changed_data:
        return HttpResponseRedirect(record.get_absolute_url())
    return _page(bound, record, name, save, is_bare="bare" in request.GET).respond(request)


def _page(bound: RecordForm, record: Record, name: str, save: Save, *, is_bare: bool) -> EditPage:
    url = reverse(f"{record.namespace()}:field", args=[record.pk, name])
    context: dict[str, Any] = {
        "field": bound[name],
        "url": f"{url}?bare" if is_bare else url,
        "is_bare": is_bare,
    }
    return EditPage(
        bound,
        save=save,
        template="pages/inline.html",
        title="",
        cancel_url=record.get_absolute_url(),
        context=context,
    )

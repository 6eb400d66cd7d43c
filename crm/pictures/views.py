"""Shows a picture to those who may see its subject, and takes a record's new one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.access.rights import Action, locked_fields
from crm.access.writing import StaleVersion, change_record
from crm.pages.reading import fetch_record
from crm.pictures.forms import PictureForm
from crm.pictures.registry import subject_of
from crm.pictures.storing import CONTENT_TYPE, path_of

# The name changes with the content, so a browser may keep it; but nobody else on the way.
_CACHING = "private, max-age=604800, immutable"


@require_safe
def picture(request: HttpRequest, kind: str, key: str, name: str) -> HttpResponseBase:
    """The file, when the reader may see its subject and this is its picture now; else 404, strangers to the sign-in."""
    subject = subject_of(kind, key, request.user)
    if subject is None and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if subject is None or not subject.picture or subject.picture != name or not path_of(name).exists():
        raise Http404
    response = FileResponse(path_of(name).open("rb"), content_type=CONTENT_TYPE)
    response["Cache-Control"] = _CACHING
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


def picture_page(request: HttpRequest, model: Any, pk: UUID) -> HttpResponse:
    """Choose, change or remove the picture of a record. Raises Http404, PermissionDenied."""
    record, _permissions = fetch_record(model, pk, reader=request.user, action=Action.CHANGE)
    if "picture" in locked_fields(request.user, model):
        raise PermissionDenied
    form = PictureForm(request.POST, request.FILES) if request.method == "POST" else PictureForm()
    if form.is_bound and form.is_valid():
        record.picture = form.name
        try:
            change_record(record, actor=request.user)
        except StaleVersion as stale:
            form.add_error(None, str(stale))
        else:
            messages.success(request, _("The picture is saved.") if form.name else _("The picture is removed."))
            return HttpResponseRedirect(record.get_absolute_url())
    return render(
        request, "pictures/edit.html", {"form": form, "subject": record, "cancel_url": record.get_absolute_url()}
    )


def picture_path(model: Any) -> URLPattern:
    """The address of `picture_page`, for the URLs of a record type."""

    @login_required
    def page(request: HttpRequest, pk: UUID) -> HttpResponse:
        return picture_page(request, model, pk)

    return path("<uuid:pk>/picture/", page, name="picture")

"""Deleting asks first and moves to the recycle bin; restoring brings back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.rights import Action
from crm.access.writing import StaleVersion, move_to_bin, restore_from_bin
from crm.pages.reading import fetch_binned, fetch_record


def delete_page(request: HttpRequest, model: type[Record], pk: UUID) -> HttpResponse:
    """GET asks, POST moves the record to the recycle bin."""
    record, _permissions = fetch_record(model, pk, reader=request.user, action=Action.DELETE)
    if request.method != "POST":
        context = {
            "title": _("Delete “%(name)s”?") % {"name": record},
            "text": _("It goes to the recycle bin with everything that belongs to it, and can be restored from there."),
            "submit_label": _("Move to the recycle bin"),
            "cancel_url": record.get_absolute_url(),
        }
        return render(request, "ui/confirm.html", context)
    return _moved(request, record, move_to_bin, _("“%(name)s” is in the recycle bin."), f"{model.namespace()}:list")


def restore_page(
    request: HttpRequest, model: type[Record], pk: UUID, *, restore: Callable[..., Any] = restore_from_bin
) -> HttpResponse:
    """POST brings the record back by the service `restore`; GET leads to the recycle bin, which has the button."""
    record = fetch_binned(model, pk, reader=request.user)
    if request.method != "POST":
        return HttpResponseRedirect(reverse(f"{model.namespace()}:bin"))
    return _moved(request, record, restore, _("“%(name)s” is back."), record.get_absolute_url())


def _moved(request: HttpRequest, record: Record, move: Any, sentence: str, to: str) -> HttpResponse:
    try:
        move(record, actor=request.user)
    except StaleVersion:
        messages.warning(request, _("Somebody changed “%(name)s” at the same moment. Look again.") % {"name": record})
        return HttpResponseRedirect(record.get_absolute_url())
    except IntegrityError:
        messages.warning(
            request, _("“%(name)s” cannot come back: something else has taken its place meanwhile.") % {"name": record}
        )
        return HttpResponseRedirect(reverse(f"{record.namespace()}:bin"))
    messages.success(request, sentence % {"name": record})
    return HttpResponseRedirect(to if to.startswith("/") else reverse(to))

"""What one does to comments with a button: react, delete, bring back; mark as read; follow a record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.comments import services
from crm.comments.drawing import part, shown, url_of_comment
from crm.comments.models import Comment, Emoji
from crm.comments.reading import fetch_comment, record_named, said_by
from crm.comments.rights import may_delete, may_restore
from crm.notifications import following
from crm.ui.addresses import address_of


@login_required
@require_POST
def read(request: HttpRequest, label: str, key: UUID) -> HttpResponse:
    """The reader has seen what was there up to the moment `until`."""
    record = record_named(label, key, request.user)
    until = _moment(request.POST.get("until", ""))
    if until is not None:
        services.mark_read(record, reader=request.user, until=until)
    return _done(request, f"{record.get_absolute_url()}#comments")


@login_required
@require_POST
def follow(request: Any, label: str, key: UUID) -> HttpResponse:
    """Follow the record, or not any more: whichever is not so now."""
    record = record_named(label, key, request.user)
    wants = request.POST.get("follow") == "1"
    (following.follow if wants else following.unfollow)(record, request.user)
    if request.htmx:
        return part(request, "comments/_follow.jinja", record, is_following=wants)
    return HttpResponseRedirect(f"{record.get_absolute_url()}#comments")


@login_required
@require_POST
def react(request: Any, pk: UUID) -> HttpResponse:
    """Give a sign, or take it back."""
    comment, record = fetch_comment(pk, request.user)
    emoji = request.POST.get("emoji", "")
    if comment.is_deleted or emoji not in Emoji.values:
        raise Http404
    services.react(comment, Emoji(emoji), actor=request.user)
    if request.htmx:
        return part(request, "comments/_reactions.jinja", record, said=said_by(comment, record, request.user))
    return HttpResponseRedirect(url_of_comment(comment))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Any, pk: UUID) -> HttpResponse:
    """GET asks, POST deletes; the answer offers to take it back."""
    comment, record = fetch_comment(pk, request.user)
    if not may_delete(request.user, comment):
        raise PermissionDenied
    if request.method != "POST":
        return _asked(request, comment, _("Delete this comment?"), _("Delete"), _("Replies to it stay."))
    comment = services.delete_comment(comment, actor=request.user)
    if request.htmx:
        return part(request, "comments/_gone.jinja", record, comment=comment)
    undo = format_html(
        '{} <a href="{}">{}</a>',
        _("The comment is deleted."),
        address_of("comments:restore", comment.pk),
        _("Undo"),
    )
    messages.success(request, undo)
    return HttpResponseRedirect(f"{record.get_absolute_url()}#comments")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: Any, pk: UUID) -> HttpResponse:
    """GET asks, POST brings the comment back."""
    comment, record = fetch_comment(pk, request.user)
    if not may_restore(request.user, comment):
        raise PermissionDenied
    if not comment.is_deleted:
        return HttpResponseRedirect(url_of_comment(comment))
    if request.method != "POST":
        return _asked(request, comment, _("Bring the comment back?"), _("Bring it back"), "")
    return shown(request, services.restore_comment(comment, actor=request.user), record)


def _asked(request: HttpRequest, comment: Comment, title: str, label: str, text: str) -> HttpResponse:
    context = {
        "title": title,
        "text": text,
        "submit_label": label,
        "cancel_url": url_of_comment(comment),
        "is_mild": comment.is_deleted,
    }
    return render(request, "ui/confirm.html", context)


def _done(request: Any, url: str) -> HttpResponse:
    return HttpResponse(status=204) if request.htmx else HttpResponseRedirect(url)


def _moment(text: str) -> Any:
    """None for what is no moment."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and is_aware(moment) else None

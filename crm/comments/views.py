"""Pages of comments. Out of sight of the record everything is 404; parts of them are drawn in their place for htmx."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.access.models import Record
from crm.comments.drawing import added, arguments, part, shown, url_of_record
from crm.comments.forms import CommentForm
from crm.comments.mentions import people_to_mention
from crm.comments.models import Comment
from crm.comments.reading import ThreadPage, fetch_comment, read_page, read_thread, record_named, standing
from crm.comments.rights import may_comment, may_edit
from crm.comments.services import StaleComment, add_comment, edit_comment
from crm.history.plain import plain_page, version_key

_REFUSED, _CONFLICT = 422, 409


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_record(request: HttpRequest, label: str, key: UUID) -> HttpResponse:
    """The discussion of a record on a page of its own: all from `before` on, or one `thread`. POST adds to it."""
    record = record_named(label, key, request.user)
    if request.method == "POST":
        return _add(request, record)
    return _discussion(request, record)


@login_required
@require_safe
def people(request: HttpRequest, label: str, key: UUID) -> JsonResponse:
    """Whom a comment on this record may name, by what is typed after the @."""
    record = record_named(label, key, request.user)
    found = people_to_mention(record, request.user, request.GET.get("q", "")[:100])
    return JsonResponse({"results": [{"id": one.username, "text": one.name} for one in found]})


@login_required
@require_safe
def comment(request: Any, pk: UUID) -> HttpResponse:
    """Leads to the comment on the page of its record, or in its thread when it stands far below."""
    found, record = fetch_comment(pk, request.user)
    if request.htmx and not found.is_deleted:
        return shown(request, found, record)
    if found.is_deleted:
        return HttpResponseRedirect(f"{record.get_absolute_url()}#comments")
    newest = read_page(record, request.user).everything_said
    if any(said.comment.pk == pk for said in newest):
        return HttpResponseRedirect(f"{record.get_absolute_url()}#comment-{pk}")
    return HttpResponseRedirect(f"{url_of_record(record)}?thread={found.thread_id}#comment-{pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Any, pk: UUID) -> HttpResponse:
    """Change one's own words, in their place or on a page of its own."""
    found, record = _living(pk, request.user)
    if not may_edit(request.user, found):
        raise PermissionDenied
    if request.method != "POST":
        return _box(request, record, CommentForm.of(found), edited=found)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _box(request, record, form, edited=found, status=_REFUSED)
    return _save(request, found, record, form)


@login_required
@require_safe
def history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a comment said before, for everybody who sees it."""
    found, record = _living(pk, request.user)
    page = plain_page(Comment, found.pk, request.user, before=version_key(request.GET.get("before", "")))
    return render(request, "comments/history.html", {"page": page, "record": record, "comment": found})


def _living(pk: UUID, reader: Any) -> tuple[Comment, Record]:
    """Raises Http404."""
    found, record = fetch_comment(pk, reader)
    if found.is_deleted:
        raise Http404
    return found, record


def _discussion(request: Any, record: Record) -> HttpResponse:
    root, before = (_key(request, name) for name in ("thread", "before"))
    if root is not None:
        threads, earlier = [read_thread(record, request.user, root)], None
    else:
        page = read_page(record, request.user, before=before)
        threads, earlier = page.threads, page.before
    is_unread = bool(standing(record, request.user).unread)
    newest_at = ThreadPage(threads, earlier).newest_at if is_unread else None
    context = {**arguments(request, record), "threads": threads, "before": earlier, "newest_at": newest_at}
    if request.htmx:
        return part(request, "comments/_threads.jinja", record, threads=threads, before=earlier)
    return render(request, "comments/page.html", {**context, "is_part": bool(root or before), "form": CommentForm()})


def _add(request: Any, record: Record) -> HttpResponse:
    if not may_comment(request.user):
        raise PermissionDenied
    form = CommentForm(request.POST)
    if form.is_valid():
        parent = _parent(form.cleaned_data["parent"], record)
        try:
            return added(
                request, add_comment(record, form.cleaned_data["body"], actor=request.user, parent=parent), record
            )
        except ValidationError as refusal:
            form.refuse(refusal)
    return _box(request, record, form, status=_REFUSED)


def _save(request: Any, found: Comment, record: Record, form: CommentForm) -> HttpResponse:
    found.version = form.cleaned_data["version"] or 0
    try:
        edit_comment(found, form.cleaned_data["body"], actor=request.user)
    except ValidationError as refusal:
        form.refuse(refusal)
        return _box(request, record, form, edited=found, status=_REFUSED)
    except StaleComment as stale:
        return _box(request, record, form, edited=stale.current, stored=stale.current, status=_CONFLICT)
    return shown(request, found, record)


def _box(
    request: Any,
    record: Record,
    form: CommentForm,
    *,
    edited: Comment | None = None,
    stored: Comment | None = None,
    status: int = 200,
) -> HttpResponse:
    """The box with what was typed: in its place, or alone on a page. `stored` is what somebody else saved meanwhile."""
    more = {"form": form, "edited": edited, "stored": stored, "parent": form["parent"].value() or ""}
    if request.htmx:
        template = "comments/_edit.jinja" if edited else "comments/_box.jinja"
        return part(request, template, record, status=status, **more)
    title = _("Edit the comment") if edited else _("Write a comment")
    context = {**arguments(request, record), **more, "title": title}
    return render(request, "comments/write.html", context, status=status)


def _parent(key: UUID | None, record: Record) -> Comment | None:
    """Raises Http404 for a thread that is not on this record."""
    if key is None:
        return None
    parent: Comment | None = Comment.objects.select_related("parent").filter(pk=key, record_id=record.pk).first()
    if parent is None:
        raise Http404
    return parent


def _key(request: HttpRequest, name: str) -> UUID | None:
    """Raises Http404 for what is no key."""
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None

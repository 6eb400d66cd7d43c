"""Adding a task in one line, with what is understood of it under the line as one types."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from crm.pages.editing import require_add
from crm.ui.parts import draw
from tasks.models import Task
from tasks.quick.filling import read_for, refusals, task_of
from tasks.quick.reading import Draft
from tasks.services import create_task
from tasks.views.day import back_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task_quick(request: HttpRequest) -> HttpResponse:
    """GET `q` reads a line; htmx gets the preview alone. POST makes its task, and leads to `next`.

    The suggested person is taken when the preview named him (`suggested`) and he was left in (`contact`).
    """
    require_add(request, Task)
    text = (request.POST if request.method == "POST" else request.GET).get("q", "")
    draft = read_for(request.user, text) if text.strip() else None
    if request.method == "POST":
        return _added(request, text, draft or Draft())
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(draw("tasks/_quick_read.jinja", draft=draft, is_left_out=_is_left_out(request, draft)))
    return _page(request, text, draft, [])


def _added(request: HttpRequest, text: str, draft: Draft) -> HttpResponse:
    problems = refusals(draft)
    if not problems:
        takes_contact = bool(draft.contact) and request.POST.get("contact") == str(draft.contact.key)  # type: ignore[union-attr]
        try:
            task = create_task(task_of(draft, actor=request.user, takes_contact=takes_contact), actor=request.user)
        except ValidationError as refusal:
            problems = refusal.messages
        except PermissionDenied as refusal:
            problems = [str(refusal) or _("You may not add this task.")]
        else:
            return _done(request, task)
    return _page(request, text, draft, problems)


def _done(request: HttpRequest, task: Task) -> HttpResponse:
    link = format_html('<a href="{}">{}</a>', task.get_absolute_url(), task.name)
    messages.success(request, format_html(_("Added: {}"), link))
    back = back_of(request)
    return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)  # type: ignore[attr-defined]


def _page(request: HttpRequest, text: str, draft: Draft | None, problems: list[str]) -> HttpResponse:
    """The line with what was understood, alone for htmx; with the text kept where it was refused."""
    line = {
        "text": text,
        "draft": draft,
        "problems": problems,
        "is_left_out": _is_left_out(request, draft),
        "back": back_of(request),
    }
    status = 422 if problems else 200
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(draw("tasks/_quick.jinja", csrf_token=get_token(request), **line), status=status)
    return render(request, "tasks/quick.html", {"line": line}, status=status)


def _is_left_out(request: HttpRequest, draft: Draft | None) -> bool:
    """Whether the suggested person was shown and taken out."""
    sent = request.POST if request.method == "POST" else request.GET
    if draft is None or draft.contact is None:
        return False
    key = str(draft.contact.key)
    return sent.get("suggested") == key and sent.get("contact") != key

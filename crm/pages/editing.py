"""Creating and editing a record: validation in place, conflicts explained, one row however often it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from crm.access.models import Record
from crm.access.rights import Action, may
from crm.access.writing import Refused, StaleVersion
from crm.pages.forms import CARRIED, RecordChoiceField, RecordForm
from crm.pages.shown import shown_value

Save = Callable[..., Record]


@dataclass(frozen=True)
class Difference:
    """One field of a conflict, as a reader sees it: his own value and the one stored meanwhile."""

    label: str
    mine: str
    theirs: str


@dataclass
class EditPage:
    """What an edit page is made of. `save` is called as `save(record, parts=…, actor=…)`."""

    form: RecordForm
    save: Save
    template: str
    title: str
    cancel_url: str
    context: Mapping[str, Any] = field(default_factory=dict)

    def respond(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.show(request)
        if not self.form.is_valid():
            return self.show(request, status=422)
        return self.store(request)

    def store(self, request: HttpRequest) -> HttpResponse:
        form = self.form
        record = form.instance
        if form.is_new:
            record.pk = form.submitted_key() or record.pk
        else:
            record.version = form.cleaned_data.get("read_version") or 0
        try:
            stored = self.save(record, parts=form.part_rows(), actor=request.user)
        except StaleVersion as conflict:
            return self.show_conflict(request, conflict.current)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.show(request, status=422)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.show(request, status=422)
        except IntegrityError:
            return self.explain_double(request, record)
        messages.success(request, _("“%(name)s” is saved.") % {"name": stored})
        return HttpResponseRedirect(stored.get_absolute_url())

    def explain_double(self, request: HttpRequest, record: Record) -> HttpResponse:
        """The same form came twice, or another request took a unique value first: one row, and a sentence."""
        stored = type(record).objects.visible_to(request.user).filter(pk=record.pk).first()
        if self.form.is_new and stored is not None:
            messages.info(request, _("“%(name)s” was already saved; here it is.") % {"name": stored})
            return HttpResponseRedirect(stored.get_absolute_url())
        self.form.add_error(None, _("Something like this was saved at the same moment. Look at the values again."))
        return self.show(request, status=409)

    def show_conflict(self, request: HttpRequest, current: Record) -> HttpResponse:
        differences = conflict_differences(self.form, current)
        self.form.rebase(current)
        return self.show(request, status=409, conflict=current, differences=differences)

    def show(self, request: HttpRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
        context = {"form": self.form, "title": self.title, "cancel_url": self.cancel_url, **self.context, **extra}
        return render(request, self.template, context, status=status)


def conflict_differences(form: RecordForm, current: Record) -> list[Difference]:
    """The fields and parts in which the sent form and the stored record differ; only those on the form."""
    found = []
    for name in form.fields:
        if name in CARRIED:
            continue
        mine, theirs = shown_value(form.instance, name), _shown_in_sight(form, current, name)
        if mine != theirs:
            found.append(Difference(str(form.fields[name].label or name), mine, theirs))
    for name, rows in form.part_rows().items():
        label = str(type(current).part_model(name)._meta.verbose_name_plural)
        mine = "; ".join(_row_text(form, name, row) for row in rows)
        theirs = "; ".join(_row_text(form, name, row) for row in getattr(current, name).all())
        if mine != theirs:
            found.append(Difference(label, mine, theirs))
    return found


def _row_text(form: RecordForm, part: str, row: Any) -> str:
    """What a row says in full, to one who may write the part: a name is not always all of it.

    Of a row that names a record out of his sight he is told no more than the form tells him.
    """
    whole = type(form.instance)._meta.get_field(part).field.name
    for column in row._meta.fields:
        key = getattr(row, column.attname)
        is_link = column.is_relation and issubclass(column.related_model, Record) and column.name != whole
        if is_link and key is not None and form.sight.find(column.related_model, key) is None:
            return _("a record you may not see")
    return str(getattr(row, "full_text", row))


def _shown_in_sight(form: RecordForm, current: Record, name: str) -> str:
    """The stored value; another record that was chosen meanwhile is named only to those who may see it."""
    field = form.fields[name]
    if not isinstance(field, RecordChoiceField):
        return shown_value(current, name)
    key = getattr(current, f"{name}_id")
    if key is None:
        return ""
    chosen = form.sight.find(field.model, key)
    return str(chosen) if chosen else _("a record you may not see")


def require_add(request: HttpRequest, model: type[Record]) -> None:
    """Raises PermissionDenied unless the role may add records of this type."""
    if not may(request.user, Action.ADD, model):
        raise PermissionDenied

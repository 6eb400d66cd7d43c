"""Projects from a file."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client
from contacts.models import Contact
from crm.imports.contents import Kind
from crm.imports.drafts import Draft, MappedRow, Note, RowProblem
from crm.imports.models import ProblemKind
from crm.imports.options import RunOptions
from crm.imports.registry import Identity, ImportField, ImportTarget, register
from crm.imports.values import comparable, fitting, left_out, read_choice
from crm.imports.writing import RecordWriter, describe, require
from crm.money.amounts import money_text
from projects.imports.options import CLIENTS, CONTACTS, CURRENCIES, MANAGERS, PROJECT_STAGES, PROJECT_TEAMS
from projects.imports.rows import hours_of, money_of, span_of
from projects.models import Project, ProjectContact, ProjectKind, ProjectMove, ProjectStage
from projects.project_codes import LONGEST, free_code, lock_codes, suggested_code
from projects.project_selectors import project_stages
from projects.services import NoProjectStage
from teams.models import Company, User

CODE, TITLE_AND_CLIENT, NOTHING = "code", "title_and_client", "nothing"
_SPANS = (("planned_start", "planned_end"), ("actual_start", "actual_end"))


class ProjectWriter(RecordWriter):
    model = Project
    part_identities: ClassVar[dict[str, Any]] = {"contacts": lambda row: row.contact_id}

    def __init__(self, options: RunOptions) -> None:
        super().__init__(options)
        self.matches = options.matches
        self.stages = {str(stage.pk): stage for stage in project_stages()}
        self.currency = Company.current().currency
        # Codes of this batch, which are not in the database yet.
        self.promised: set[str] = set()

    def read(self, row: MappedRow) -> Draft:
        notes: list[Note] = []
        values: dict[str, Any] = self.plain_values(row, ("external_id",))
        name = require(row.first("name"), field="name", label=_("title"))
        values["name"] = fitting(name, 500, field="name", column=_("Title"))
        values["code"] = fitting(row.first("code").strip(), LONGEST, field="code", column=_("Code"))
        values["client"] = self._client(row, notes)
        values["kind"] = self._kind(row, notes)
        values["description"] = "\n".join(value.text for value in row.all("description"))
        for first, last in _SPANS:
            values[first], values[last] = span_of(row, first, last, notes)
        values["budget_amount"], currency = money_of(row, self._key_of(row, "currency", notes), field="budget_amount")
        values["budget_hours"] = hours_of(row, "budget_hours")
        filled = {key: value for key, value in values.items() if value not in (None, "") and key not in self.locked}
        stage = self._stage(row, notes)
        standing = {"stage": stage, "state": stage.kind}
        fallbacks = {**standing, **self._owned(row, notes), "currency": currency or self.currency}
        return Draft(row.number, self._key(filled), filled, self._people(row, notes), notes, {}, fallbacks)

    def _key_of(self, row: MappedRow, field: str, notes: list[Note]) -> str:
        option = self.matches.refer(row, field, notes)
        return option.key if option else ""

    def _client(self, row: MappedRow, notes: list[Note]) -> Client | None:
        option = self.matches.refer(row, "client", notes)
        return Client(pk=UUID(option.key), name=option.label) if option else None

    def _kind(self, row: MappedRow, notes: list[Note]) -> str:
        for value in row.all("kind"):
            if found := read_choice(value.text, ProjectKind.choices, {}):
                return found
            notes.append(left_out(row.number, value, _("This is none of the possible values.")))
        return ""

    def _stage(self, row: MappedRow, notes: list[Note]) -> ProjectStage:
        named = self._key_of(row, "stage", notes)
        first = next(iter(self.stages.values()), None)
        if first is None:
            raise RowProblem(str(NoProjectStage()), field="stage", column=_("Stage"))
        return self.stages.get(named, first) if "stage" not in self.locked else first

    def _owned(self, row: MappedRow, notes: list[Note]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in ("owner", "team"):
            key = self._key_of(row, field, notes)
            if key and field not in self.locked:
                found[f"{field}_id"] = int(key)
        return found

    def _people(self, row: MappedRow, notes: list[Note]) -> dict[str, list[Any]]:
        option = self.matches.refer(row, "contact", notes)
        if option is None or "contacts" in self.locked:
            return {}
        return {"contacts": [ProjectContact(contact=Contact(pk=UUID(option.key), name=option.label))]}

    def _key(self, values: Mapping[str, Any]) -> Hashable | None:
        if self.options.identity == CODE:
            return values["code"].upper() if values.get("code") else None
        if self.options.identity == TITLE_AND_CLIENT:
            client = values.get("client")
            return (comparable(values["name"]), client.pk if client else None)
        return None

    def find(self, drafts: Sequence[Draft]) -> dict[Hashable, Project]:
        wanted = [draft for draft in drafts if draft.key is not None]
        mine = Project.objects.editable_by(self.options.user).order_by("-id")
        if not wanted:
            return {}
        if self.options.identity == CODE:
            codes = {draft.values["code"].upper() for draft in wanted}
            return {project.code.upper(): project for project in mine.alias(at=Upper("code")).filter(at__in=codes)}
        named = mine.filter(name__in={draft.values["name"] for draft in wanted})
        return {(comparable(project.name), project.client_id): project for project in named}

    def create(self, drafts: Sequence[Draft]) -> None:
        if drafts:
            lock_codes()
        self.promised.clear()
        super().create(drafts)
        ProjectMove.objects.bulk_create(
            ProjectMove(project=project, to_stage=project.stage, actor=self.options.user, at=project.stage_since)
            for project in (draft.record for draft in drafts)
            if isinstance(project, Project)
        )

    def _new_record(self, draft: Draft) -> Any:
        wanted = draft.values.pop("code", "") or suggested_code(draft.values.get("client"), actor=self.options.user)
        draft.fallbacks["code"] = self._free(wanted)
        if draft.fallbacks["code"] != wanted and draft.key is not None and self.options.identity == CODE:
            sentence = _("The code “%(wanted)s” is taken: the project got “%(code)s”.")
            told = sentence % {"wanted": wanted, "code": draft.fallbacks["code"]}
            draft.notes.append(Note(draft.row, ProblemKind.NOTICE, "", wanted, told))
        return super()._new_record(draft)

    def _free(self, wanted: str) -> str:
        code = free_code(wanted, promised=self.promised)
        self.promised.add(code)
        return code

    def _new_values(self, record: Project, draft: Draft) -> dict[str, Any]:
        found = super()._new_values(record, draft)
        found.pop("code", None)
        # A budget without its currency would be another budget.
        if "budget_amount" in found and record.currency != draft.fallbacks["currency"]:
            found["currency"] = draft.fallbacks["currency"]
        for first, last in _SPANS:
            self._keep_order(record, found, first, last, draft)
        return found

    def _keep_order(self, record: Project, found: dict[str, Any], first: str, last: str, draft: Draft) -> None:
        """Days that do not go with those that the project has are left out, and told."""
        begins, ends = (found.get(name, getattr(record, name)) for name in (first, last))
        if not begins or not ends or begins <= ends:
            return
        for name in (first, last):
            day: date | None = found.pop(name, None)
            if day is not None:
                label = str(Project._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
                sentence = _("Left out: the project would end before it begins.")
                draft.notes.append(Note(draft.row, ProblemKind.NOTICE, label, str(day), sentence))

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        lines = describe(Project, draft)
        if amount := draft.values.get("budget_amount"):
            lines = [line for line in lines if line[1] != str(amount)]
            lines.append((_("Budget"), money_text(amount, draft.fallbacks["currency"])))
        lines.append((_("Stage"), str(draft.fallbacks["stage"])))
        if owner := draft.fallbacks.get("owner_id"):
            lines.append((_("Manager"), str(User.objects.get(pk=owner))))
        return lines


FIELDS = (
    ImportField(
        "name",
        gettext_lazy("Title"),
        (
            *("project", "project name", "project title", "name", "title"),
            *("проект", "название проекта", "название", "проєкт", "назва проєкту", "назва"),
        ),
        Kind.NAME,
    ),
    ImportField(
        "code",
        gettext_lazy("Code"),
        ("code", "project code", "project id", "project key", "код", "код проекта", "шифр", "код проєкту"),
    ),
    ImportField(
        "client",
        gettext_lazy("Client"),
        (
            *("client", "client name", "company", "account", "customer", "customer name"),
            *("клиент", "компания", "контрагент", "заказчик", "клієнт", "компанія", "замовник"),
        ),
        refers_to=CLIENTS,
    ),
    ImportField(
        "contact",
        gettext_lazy("Contact"),
        ("contact", "contact name", "contact person", "контакт", "контактное лицо", "контактна особа"),
        ruled_by=("contacts",),
        refers_to=CONTACTS,
    ),
    ImportField("kind", gettext_lazy("Kind"), ("kind", "project type", "billing type", "вид", "тип", "тип проекта")),
    ImportField(
        "stage",
        gettext_lazy("Stage"),
        ("stage", "project stage", "status", "project status", "стадия", "статус", "этап", "стадія", "етап"),
        refers_to=PROJECT_STAGES,
    ),
    ImportField(
        "owner",
        gettext_lazy("Manager"),
        (
            *("manager", "project manager", "owner", "project owner", "project lead", "lead"),
            *("менеджер", "руководитель", "руководитель проекта", "ответственный"),
            *("керівник", "керівник проєкту", "відповідальний"),
        ),
        refers_to=MANAGERS,
    ),
    ImportField(
        "team", gettext_lazy("Team"), ("team", "department", "команда", "отдел", "відділ"), refers_to=PROJECT_TEAMS
    ),
    ImportField(
        "planned_start",
        gettext_lazy("Planned start"),
        ("planned start", "start", "start date", "begin", "начало", "дата начала", "початок", "дата початку"),
        Kind.DATE,
    ),
    ImportField(
        "planned_end",
        gettext_lazy("Planned end"),
        (
            *("planned end", "end", "end date", "due date", "deadline", "finish date"),
            *("окончание", "срок", "дата окончания", "завершення", "дата завершення", "термін"),
        ),
        Kind.DATE,
    ),
    ImportField(
        "actual_start",
        gettext_lazy("Actual start"),
        ("actual start", "started", "started on", "фактическое начало", "фактичний початок"),
        Kind.DATE,
    ),
    ImportField(
        "actual_end",
        gettext_lazy("Actual end"),
        ("actual end", "finished", "finished on", "фактическое окончание", "фактичне завершення"),
        Kind.DATE,
    ),
    ImportField(
        "budget_amount",
        gettext_lazy("Budget"),
        ("budget", "project budget", "amount", "contract value", "value", "бюджет", "сумма", "сума"),
    ),
    ImportField(
        "currency",
        gettext_lazy("Currency"),
        ("currency", "currency code", "валюта"),
        ruled_by=("currency", "budget_amount"),
        refers_to=CURRENCIES,
    ),
    ImportField(
        "budget_hours",
        gettext_lazy("Budget, hours"),
        ("budget hours", "hours", "estimated hours", "planned hours", "часы", "часы по плану", "години"),
    ),
    ImportField(
        "external_id", gettext_lazy("External id"), ("external id", "внешний id", "зовнішній код"), is_telling=False
    ),
    ImportField("description", gettext_lazy("Description"), ("description", "описание", "опис"), is_many=True),
)

register(
    ImportTarget(
        key="projects",
        label=gettext_lazy("Projects"),
        model=Project,
        fields=FIELDS,
        identities=(
            Identity(CODE, gettext_lazy("Code"), ("code",)),
            Identity(TITLE_AND_CLIENT, gettext_lazy("Title and client"), ("name", "client")),
            Identity(NOTHING, gettext_lazy("Nothing: every row is a new project")),
        ),
        required=(frozenset({"name"}),),
        open=ProjectWriter,
        order=35,
    )
)

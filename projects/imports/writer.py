"""Deals from rows of their own."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clients.models import Client
from contacts.models import Contact
from crm.imports.drafts import Draft, MappedRow, Note, RowProblem
from crm.imports.models import ProblemKind
from crm.imports.options import RunOptions
from crm.imports.values import comparable, fitting
from crm.imports.writing import RecordWriter, describe
from crm.money.amounts import money_text
from projects.imports.rows import Standing, day_of, money_of, probability_of, standing_of
from projects.models import Deal, DealContact, DealLine, Pipeline, Product, Stage, StageKind, StageMove
from projects.models.lines import sum_of
from projects.selectors import stages_of
from projects.services import NoPipeline
from teams.models import Company, Team, User
from teams.selectors import home_team_of, teams_offered_to

EXTERNAL_ID, TITLE_AND_CLIENT, NOTHING = "external_id", "title_and_client", "nothing"
_PLAIN_FIELDS = ("source", "next_step", "loss_reason", "external_id")
_STANDING = "standing"


class DealWriter(RecordWriter):
    model = Deal
    part_identities: ClassVar[dict[str, Any]] = {
        "contacts": lambda row: row.contact_id,
        "lines": lambda line: (line.product_id, line.title, line.unit_price),
    }

    def __init__(self, options: RunOptions) -> None:
        super().__init__(options)
        self.matches = options.matches
        self.pipelines = {pipeline.pk: pipeline for pipeline in Pipeline.objects.order_by("-is_default", "position")}
        self.stages = {pk: stages_of(pipeline) for pk, pipeline in self.pipelines.items()}
        self.currency = options.choices.get("currency") or Company.current().currency
        self.teams: dict[int, int | None] = {}
        self.products: dict[str, Product] = {}
        self.with_lines: set[UUID] = set()

    # Reading

    def read(self, row: MappedRow) -> Draft:
        notes: list[Note] = []
        values = self.plain_values(row, _PLAIN_FIELDS)
        client = self._client(row, notes)
        values["client"] = client
        product = self._product(row, notes)
        values["name"] = self._title(row, product, client)
        values["description"] = self._description(row, product)
        values["competitors"] = _listed(row, "competitors")
        values["probability"] = probability_of(row, notes)
        values["expected_close"] = day_of(row, "expected_close", notes)
        values["amount"], currency = money_of(row, self._key_of(row, "currency", notes))
        standing = standing_of(row, self._stage(row, notes), notes)
        self._fit_to_standing(row, values, standing)
        filled = {name: value for name, value in values.items() if self._is_filled(name, value)}
        parts = {**self._people(row, notes), **self._lines(product, values["amount"])}
        fallbacks = {**standing.fields, **self._owned(row, notes), "currency": currency or self.currency}
        draft = Draft(row.number, None, filled, parts, notes, {_STANDING: [standing]}, fallbacks)
        draft.key = self._key(filled)
        return draft

    def _is_filled(self, name: str, value: Any) -> bool:
        return value not in (None, "", []) and name not in self.locked

    def _client(self, row: MappedRow, notes: list[Note]) -> Client | None:
        option = self.matches.refer(row, "client", notes)
        if option is not None:
            return Client(pk=UUID(option.key), name=option.label)
        if "client" in row.columns and not row.first("client"):
            index, header = row.columns["client"]
            sentence = _("There is no client: the deal is without one.")
            notes.append(Note(row.number, ProblemKind.NOTICE, header, "", sentence, index))
        return None

    def _title(self, row: MappedRow, product: Product | None, client: Client | None) -> str:
        """As given, else made from product and client, else from the external id. Raises RowProblem."""
        sold = product.name if product else row.first("product")
        named = client.name if client else row.first("client")
        made = " – ".join(filter(None, [sold, named])) if sold else ""
        title = row.first("name") or made or row.first("external_id") or named
        if not title:
            raise RowProblem(_("There is no title, and nothing to make one from."), field="name", column=_("Title"))
        return fitting(title, 500, field="name", column=_("Title"))

    def _description(self, row: MappedRow, product: Product | None) -> str:
        lines = [value.text for value in row.all("description")]
        # A product that is none of the catalogue is not lost.
        unknown = row.all("product") if product is None and row.first("name") else []
        return "\n".join([*lines, *(f"{value.header}: {value.text}" for value in [*unknown, *row.all("note")])])

    def _key_of(self, row: MappedRow, field: str, notes: list[Note]) -> str:
        option = self.matches.refer(row, field, notes)
        return option.key if option else ""

    def _stage(self, row: MappedRow, notes: list[Note]) -> Stage:
        """Raises RowProblem for a stage that the row's pipeline does not have."""
        key = self._key_of(row, "pipeline", notes)
        chosen = int(key or self.options.choices.get("pipeline") or 0)
        named = self._key_of(row, "stage", notes)
        if not any(self.stages.values()):
            raise RowProblem(str(NoPipeline()), field="stage", column=_("Stage"))
        order = [chosen] if chosen in self.pipelines and key else sorted(self.pipelines, key=lambda pk: pk != chosen)
        if not named:
            return self.stages[order[0]][0]
        found = (stage for pk in order for stage in self.stages[pk] if comparable(stage.name) == named)
        stage = next(found, None)
        if stage is None:
            told = {"stage": row.first("stage"), "pipeline": self.pipelines[order[0]]}
            sentence = _("The pipeline “%(pipeline)s” has no stage “%(stage)s”.") % told
            raise RowProblem(sentence, field="stage", column=_("Stage"), value=row.first("stage"))
        return stage

    def _fit_to_standing(self, row: MappedRow, values: dict[str, Any], standing: Standing) -> None:
        """Only lost deals have a reason, and a closing day of an open one is the day on which it may be closed."""
        if standing.stage.kind != StageKind.LOST:
            values["loss_reason"] = ""
        if standing.stage.is_open and values["expected_close"] is None:
            values["expected_close"] = day_of(row, "closed", [])

    def _owned(self, row: MappedRow, notes: list[Note]) -> dict[str, Any]:
        """Whose the new deal is, and which team's: that of its owner where the importer may name it."""
        owned: dict[str, Any] = {}
        owner, team = self._key_of(row, "owner", notes), self._key_of(row, "team", notes)
        if owner and "owner" not in self.locked:
            owned["owner_id"] = int(owner)
        if "team" in self.locked:
            return owned
        if team:
            owned["team_id"] = int(team)
        elif owner and owned and owned["owner_id"] != self.options.user.pk:
            owned["team_id"] = self._home_of(int(owner))
        return owned

    def _home_of(self, owner: int) -> int | None:
        if owner not in self.teams:
            home = home_team_of(User.objects.get(pk=owner))
            offered = home and teams_offered_to(self.options.user, Deal).filter(pk=home.pk).exists()
            self.teams[owner] = home.pk if home and offered else self.options.team_id
        return self.teams[owner]

    def _people(self, row: MappedRow, notes: list[Note]) -> dict[str, list[Any]]:
        option = self.matches.refer(row, "contact", notes)
        if option is None or "contacts" in self.locked:
            return {}
        return {"contacts": [DealContact(contact=Contact(pk=UUID(option.key), name=option.label))]}

    def _product(self, row: MappedRow, notes: list[Note]) -> Product | None:
        option = self.matches.refer(row, "product", notes)
        if option is None:
            return None
        if option.key not in self.products:
            self.products[option.key] = Product.objects.only("name", "unit").get(pk=UUID(option.key))
        return self.products[option.key]

    def _lines(self, product: Product | None, amount: Decimal | None) -> dict[str, list[Any]]:
        """One of the product, that costs what the deal is worth; where the file does not tell that, nothing yet."""
        if product is None or "lines" in self.locked:
            return {}
        price = amount or Decimal(0)
        return {"lines": [DealLine(product=product, title=product.name, unit=product.unit, unit_price=price)]}

    def _key(self, values: Mapping[str, Any]) -> Hashable | None:
        if self.options.identity == EXTERNAL_ID:
            return comparable(values["external_id"]) if values.get("external_id") else None
        if self.options.identity == TITLE_AND_CLIENT:
            client = values.get("client")
            return (comparable(values["name"]), client.pk if client else None)
        return None

    # Matching and writing

    def find(self, drafts: Sequence[Draft]) -> dict[Hashable, Deal]:
        wanted = [draft for draft in drafts if draft.key is not None]
        if not wanted:
            return {}
        mine = Deal.objects.editable_by(self.options.user).order_by("-id")
        if self.options.identity == EXTERNAL_ID:
            found = mine.filter(external_id__in={draft.values["external_id"] for draft in wanted})
            return {comparable(deal.external_id): deal for deal in found}
        named = mine.filter(name__in={draft.values["name"] for draft in wanted})
        return {(comparable(deal.name), deal.client_id): deal for deal in named}

    def create(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if draft.parts.get("lines"):
                # What a deal is worth is the sum of its lines; several rows may have told of one deal.
                draft.values["amount"] = sum_of(draft.parts["lines"], draft.fallbacks["currency"])
        super().create(drafts)
        StageMove.objects.bulk_create(move for draft in drafts for move in self._moves(draft))

    def _moves(self, draft: Draft) -> list[StageMove]:
        """The beginning and, of a closed deal, the end: what figures about the pipeline are counted from."""
        deal: Any = draft.record
        standing: Standing = draft.companions[_STANDING][0]
        first = self.stages[standing.stage.pipeline_id][0] if standing.closed else standing.stage
        moves = [StageMove(deal=deal, to_stage=first, actor=self.options.user, at=standing.began)]
        if standing.closed:
            stood = int((standing.closed - standing.began).total_seconds())
            end = {"to_stage": standing.stage, "at": standing.closed, "seconds": stood, "reason": deal.loss_reason}
            moves.append(StageMove(deal=deal, from_stage=first, actor=self.options.user, **end))
        return moves

    def update(self, drafts: Sequence[Draft]) -> set[UUID]:
        for draft in drafts:
            standing: Standing = draft.companions[_STANDING][0]
            known: Any = draft.record
            if known and known.stage_id != standing.stage.pk and "stage" not in self.locked:
                sentence = _("The deal is known and stays in its stage: deals are moved on their own page.")
                draft.notes.append(Note(draft.row, ProblemKind.NOTICE, "", str(standing.stage), sentence))
            # Of a known deal lines are changed on its own page, where their sum is seen.
            draft.parts.pop("lines", None)
        known_deals = [draft.record.pk for draft in drafts if draft.record]
        self.with_lines = set(DealLine.objects.filter(deal__in=known_deals).values_list("deal", flat=True))
        return super().update(drafts)

    def _new_values(self, record: Deal, draft: Draft) -> dict[str, Any]:
        found = super()._new_values(record, draft)
        if record.state != StageKind.LOST:
            found.pop("loss_reason", None)
        if record.pk in self.with_lines:
            found.pop("amount", None)
        # An amount without its currency would be another amount.
        if "amount" in found and record.currency != draft.fallbacks["currency"]:
            if "currency" in self.locked:
                del found["amount"]
            else:
                found["currency"] = draft.fallbacks["currency"]
        return found

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        standing: Standing = draft.companions[_STANDING][0]
        values = {name: value for name, value in draft.values.items() if name != "amount"}
        lines = describe(Deal, replace(draft, values=values))
        lines.append((_("Amount"), money_text(draft.values.get("amount"), draft.fallbacks["currency"])))
        lines.append((_("Stage"), f"{standing.stage.pipeline} · {standing.stage}"))
        lines.append((_("Began"), _day(standing.began)))
        lines.append((_("Closed"), _day(standing.closed)))
        if owner := draft.fallbacks.get("owner_id"):
            lines.append((capfirst(_("owner")), str(User.objects.get(pk=owner))))
        if team := draft.fallbacks.get("team_id"):
            lines.append((capfirst(_("team")), str(Team.objects.get(pk=team))))
        return [(label, text) for label, text in lines if text]


def _listed(row: MappedRow, field: str) -> list[str]:
    words = [word.strip()[:100] for value in row.all(field) for word in value.text.replace(";", ",").split(",")]
    return list(dict.fromkeys(word for word in words if word))


def _day(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""

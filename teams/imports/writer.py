"""Rows of people: those who are known stay as they are, new ones are added by the service."""

from collections.abc import Hashable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from crm.imports.drafts import Draft, MappedRow, Note, RowProblem
from crm.imports.options import RunOptions
from crm.imports.references import Option
from crm.imports.values import comparable, fitting
from crm.imports.writing import require
from teams.models import Role, Team, User
from teams.selectors.people import colleagues
from teams.services.newcomers import add_person, refuse_unless_theirs_to_promise
from teams.services.structure import create_team

EMAIL_OR_NAME = "email_or_name"
TEAM, JOINED = "team", "joined"


class PeopleWriter:
    """Never changes who is known; his role, teams and e-mail are changed on his own page."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.actor: User = options.user
        self.role = chosen_role(options)
        self.teams: dict[str, Team] = {}
        # By key of a team: why the importer may not add people there, "" where he may.
        self.refusals: dict[str, str] = {}

    # Reading

    def read(self, row: MappedRow) -> Draft:
        notes: list[Note] = []
        name = require(row.first("name"), field="name", label=_("Full name"))
        first, last = split_name(fitting(name, 150, field="name", column=_("Full name")))
        values = {
            "first_name": first,
            "last_name": last,
            "email": self._email(row),
            "position": fitting(row.first("position"), 100, field="position", column=_("Position")),
        }
        team = named(self.options, row, "team", notes, length=100)
        self._refuse_unless_welcome(row, team)
        filled = {key: value for key, value in values.items() if value}
        key = filled.get("email") or comparable(f"{first} {last}")
        return Draft(row.number, key, filled, {}, notes, {TEAM: [team]})

    def _email(self, row: MappedRow) -> str:
        email = User.objects.normalize_email(row.first("email"))
        if email:
            try:
                validate_email(email)
            except ValidationError as error:
                sentence = _("This is not an e-mail address.")
                raise RowProblem(sentence, field="email", column=_("E-mail"), value=email[:200]) from error
        return fitting(email, 254, field="email", column=_("E-mail"))

    def _refuse_unless_welcome(self, row: MappedRow, team: Option | None) -> None:
        """A preview that promises what the import then refuses would be none. Raises RowProblem."""
        key = team.key if team else ""
        if team is not None and not key:
            return
        if key not in self.refusals:
            self.refusals[key] = self._refusal(Team.objects.get(pk=int(key)) if key else None)
        if sentence := self.refusals[key]:
            raise RowProblem(sentence, field="team", column=_("Team"), value=row.first("team"))

    def _refusal(self, team: Team | None) -> str:
        try:
            with transaction.atomic():
                refuse_unless_theirs_to_promise(self.role, team, actor=self.actor)
        except PermissionDenied as refusal:
            return str(refusal)
        return ""

    def absorb(self, draft: Draft, other: Draft) -> None:
        for name, value in other.values.items():
            draft.values.setdefault(name, value)

    def describe(self, draft: Draft) -> list[tuple[str, str]]:
        lines = [
            (_("Name"), " ".join(filter(None, [draft.values.get("first_name"), draft.values.get("last_name")]))),
            (_("E-mail"), draft.values.get("email", "")),
            (_("Position"), draft.values.get("position", "")),
            (_("Team"), told(draft.companions[TEAM][0])),
            (_("Role"), self.role.name if self.role else _("No role")),
        ]
        return [(label, text) for label, text in lines if text]

    # Matching and writing

    def find(self, drafts: Sequence[Draft]) -> dict[Hashable, User]:
        """By e-mail where the row has one, else by name, whoever it is: he is not touched."""
        emails = [draft.values["email"] for draft in drafts if "email" in draft.values]
        found: dict[Hashable, User] = {person.email: person for person in User.objects.filter(email__in=emails)}
        nameless = [draft for draft in drafts if "email" not in draft.values]
        last_names = {draft.values.get("last_name", "") for draft in nameless}
        for person in colleagues().filter(last_name__in=last_names) if nameless else ():
            found.setdefault(comparable(person.get_full_name()), person)
        return found

    def create(self, drafts: Sequence[Draft]) -> None:
        """Raises ValueError for whom the importer may not add any more."""
        # What an undone batch had made is gone.
        self.teams = {}
        for draft in drafts:
            team = self._team(draft)
            names = {name: draft.values.get(name, "") for name in ("first_name", "last_name", "email")}
            draft.record = new_person(
                User(**names, role=self.role), team, self.options, draft.values.get("position", "")
            )
            draft.companions[JOINED] = [team] if team else []

    def update(self, drafts: Sequence[Draft]) -> set[Any]:
        return set()

    def _team(self, draft: Draft) -> Team | None:
        option = draft.companions[TEAM][0]
        if option is None:
            return None
        if option.key:
            return Team.objects.get(pk=int(option.key))
        name = comparable(option.label)
        if name not in self.teams:
            known = Team.objects.filter(name__iexact=option.label).first()
            self.teams[name] = known or create_team(Team(name=option.label), actor=self.actor)
        return self.teams[name]


def chosen_role(options: RunOptions) -> Role | None:
    chosen = options.choices.get("role", "")
    return Role.objects.filter(pk=chosen).first() if chosen.isdecimal() else None


def new_person(person: User, team: Team | None, options: RunOptions, position: str = "") -> User:
    """Raises ValueError, so that a person who is refused fails alone."""
    reason = options.reason[:100]
    try:
        return add_person(person, actor=options.user, team=team, position=position, reason=reason)
    except (PermissionDenied, ValidationError) as refusal:
        raise ValueError(sentence_of(refusal)) from refusal


def split_name(name: str) -> tuple[str, str]:
    """First and last name, as colleagues are called; the last word is the last name."""
    first, _gap, last = " ".join(name.split()).rpartition(" ")
    return (first, last) if first else (last, "")


def told(option: Option | None) -> str:
    if option is None:
        return ""
    return option.label if option.key else _("%(name)s (will be added)") % {"name": option.label}


def named(options: RunOptions, row: MappedRow, field: str, notes: list[Note], *, length: int) -> Option | None:
    """What the row refers to; one to be added has a name that fits. Raises RowProblem."""
    option = options.matches.refer(row, field, notes)
    if option is not None and not option.key:
        fitting(option.label, length, field=field, column=row.all(field)[0].header)
    return option


def sentence_of(refusal: PermissionDenied | ValidationError) -> str:
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)

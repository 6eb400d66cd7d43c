"""The leads of new people's teams, who stand in the rows of those people."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from crm.imports.drafts import Draft, MappedRow, Note, Value
from crm.imports.models import ProblemKind
from crm.imports.options import RunOptions
from crm.imports.references import Option
from crm.imports.values import left_out
from teams.imports.writer import JOINED, chosen_role, named, new_person, sentence_of, split_name, told
from teams.models import Team, User
from teams.selectors.people import colleagues
from teams.services.structure import save_team

KEY = "lead"


class Named(NamedTuple):
    """Who is named as lead, and in which cell."""

    option: Option
    value: Value


class LeadsOfTeams:
    """Gives a lead to teams that have none, as far as the importer may choose him."""

    def __init__(self, options: RunOptions) -> None:
        self.options = options
        self.role = chosen_role(options)

    def read(self, row: MappedRow) -> tuple[list[Named], list[Note]]:
        notes: list[Note] = []
        option = named(self.options, row, KEY, notes, length=150)
        return ([Named(option, row.all(KEY)[0])] if option else []), notes

    def write(self, drafts: Sequence[Draft]) -> set[Any]:
        made: set[Any] = set()
        for draft in drafts:
            for team in draft.companions.get(JOINED, []):
                for entry in draft.companions.get(KEY, [])[:1]:
                    made |= self._lead(draft, Team.objects.select_related("lead").get(pk=team.pk), entry)
        return made

    def describe(self, entries: Sequence[Named]) -> list[tuple[str, str]]:
        return [(_("Lead of the team"), told(entry.option)) for entry in entries[:1]]

    def _lead(self, draft: Draft, team: Team, entry: Named) -> set[Any]:
        """The key of the lead if he was added."""
        lead, is_new = self._person(entry.option, team)
        if team.lead_id is None:
            self._appoint(draft, team, lead, entry)
        elif team.lead_id != lead.pk:
            value = entry.value
            sentence = _("The team “%(team)s” is led by somebody else already.") % {"team": team}
            draft.notes.append(
                Note(draft.row, ProblemKind.NOTICE, value.header, value.text, sentence, value.column_index)
            )
        return {lead.pk} if is_new else set()

    def _person(self, option: Option, team: Team) -> tuple[User, bool]:
        if option.key:
            return User.objects.get(pk=int(option.key)), False
        first, last = split_name(option.label)
        known = colleagues().filter(first_name__iexact=first, last_name__iexact=last).first()
        if known is not None:
            return known, False
        return new_person(User(first_name=first, last_name=last, role=self.role), team, self.options), True

    def _appoint(self, draft: Draft, team: Team, lead: User, entry: Named) -> None:
        team.lead = lead
        try:
            save_team(team, actor=self.options.user)
        except (PermissionDenied, ValidationError) as refusal:
            draft.notes.append(left_out(draft.row, entry.value, sentence_of(refusal)))

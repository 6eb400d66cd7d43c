"""People that a comment names: whom one may name on a record, and who is named in a text."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm.access.explaining import who_sees
from crm.access.models import Record
from crm.access.rights import hidden_fields
from crm.comments.markdown import names_in

_ON_SUGGEST = 8


class NotInTheirSight(ValidationError):
    """The text names colleagues who may not see the record; the sentence names them, and nothing of the record."""

    def __init__(self, people: Collection[Any]) -> None:
        names = ", ".join(str(person) for person in people)
        super().__init__(
            _("%(names)s may not see this record and would not be told. Share it first, or take the mention out.")
            % {"names": names}
        )


@dataclass(frozen=True)
class Suggestion:
    """Somebody whom a comment on the record may name."""

    username: str
    name: str


def people_to_mention(record: Record, reader: Any, query: str) -> list[Suggestion]:
    """Those who see the record and whose name or user name has a word that begins so; the reader himself left out."""
    words = query.lower().split()
    found = []
    for person in _people_who_see(record, reader):
        if person.pk != reader.pk and _is_meant(person, words):
            found.append(Suggestion(person.username, str(person)))
        if len(found) == _ON_SUGGEST:
            break
    return found


def people_named_in(body: str) -> dict[str, Any]:
    """The colleagues whose user names stand after an @, by that name in lower case; other words are just words."""
    names = names_in(body)
    if not names:
        return {}
    people = get_user_model()._default_manager.filter(is_active=True).annotate(name=Lower("username"))
    by_name = {person.name: person for person in people.filter(name__in=names)}
    return {name: by_name[name] for name in names if name in by_name}


def refuse_blind(people: Collection[Any], record: Record) -> None:
    """Raises NotInTheirSight when the record is out of the sight of any of these."""
    if not people:
        return
    seeing = {onlooker.user.pk for onlooker in who_sees(record)}
    blind = [person for person in people if person.pk not in seeing]
    if blind:
        raise NotInTheirSight(blind)


def _people_who_see(record: Record, reader: Any) -> list[Any]:
    # Who sees a record tells its owner and its team: to whom these are hidden, all colleagues are offered.
    if hidden_fields(reader, type(record)) & {"owner", "team"}:
        return list(get_user_model()._default_manager.filter(is_active=True))
    return [onlooker.user for onlooker in who_sees(record)]


def _is_meant(person: Any, words: list[str]) -> bool:
    parts = f"{person} {person.username}".lower().split()
    return all(any(part.startswith(word) for part in parts) for word in words)

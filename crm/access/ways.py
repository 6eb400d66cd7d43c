"""Further ways by which people come to see records, told by the app that knows them: beside roles and shares.

A way gives sight, and further actions only where it says so. It holds as long as what it follows from, so nothing is
stored, withdrawn or forgotten: who leaves a project loses with that moment what he saw through it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from crm.access.rights import Action, Rights, Scope

if TYPE_CHECKING:
    from crm.access.querysets import Condition


def _to_everybody(_rights: Rights) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class FurtherWay:
    """One way to records of `model`, a label such as "clients.client".

    `keys(user's key)` is a SELECT of the keys of records that he sees by it now. `reasons(record, reader)` says the
    same turned round: keys of people → why each of them sees this record, in words that the reader may read. Both
    count only for people whose rights it `is_open` to. Of its `actions` besides sight each counts for those whose role
    allows it on records of their own.

    Where columns of the record itself tell, `condition(user's key)` says the same as `keys` about them, each named in
    braces as `{creator_id}` and listed in `columns`. It is what lists are read by: their indexes then find the first
    rows, where a set of keys has to be made and joined as a whole.
    """

    model: str
    keys: Callable[[int], "Condition"]
    reasons: Callable[[Any, Any], Mapping[int, str]]
    is_open: Callable[[Rights], bool] = _to_everybody
    actions: frozenset[Action] = frozenset({Action.VIEW})
    columns: tuple[str, ...] = ()
    condition: "Callable[[int], Condition] | None" = None

    def gives(self, action: Action, model: Any, rights: Rights) -> bool:
        is_allowed = action == Action.VIEW or rights.scope(model, action) > Scope.NONE
        return action in self.actions and is_allowed and self.is_open(rights)


_ways: dict[str, list[FurtherWay]] = {}


def register(way: FurtherWay) -> None:
    """Called at start-up by an app's `ways.py`."""
    _ways.setdefault(way.model, []).append(way)


def ways_to(model: Any) -> tuple[FurtherWay, ...]:
    return tuple(_ways.get(model._meta.label_lower, ()))


def ways_open_to(model: Any, rights: Rights, action: Action) -> list[FurtherWay]:
    """Those that let people of these rights do this."""
    return [way for way in ways_to(model) if way.gives(action, model, rights)]


def keys_reached_by(model: Any, user: Any, rights: Rights, action: Action) -> list["Condition"]:
    """A statement for each way that lets the user do this."""
    return [way.keys(user.pk) for way in ways_open_to(model, rights, action)]


#: Labels of record types → the field that names another record, which the owner sees by owning this one.
_shown_to_owners: dict[str, str] = {}


def show_to_owner(model: str, field: str) -> None:
    """Called at start-up beside the way that it belongs to: who does not see that record gives this one to nobody."""
    _shown_to_owners[model] = field


def givable_by(user: Any, records: Any) -> Any:
    """Of a queryset, those by which no new owner comes to see what the user does not see himself."""
    name = _shown_to_owners.get(records.model._meta.label_lower)
    if name is None:
        return records
    shown = records.model._meta.get_field(name).related_model.objects.allowed_to(user, Action.VIEW)
    return records.filter(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__in": shown.values("pk")}))

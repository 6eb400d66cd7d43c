"""What stands in the way of a leaver, as far as the one who deactivates him may know."""

from django.db.models import QuerySet
from django.utils.text import capfirst

from crm.access.registry import record_models
from crm.access.rights import Action, hidden_fields, may
from crm.listing.counting import capped_count
from teams.models import Team, User


def still_owned(person: User, *, reader: User) -> list[tuple[str, str]]:
    """(record type, capped count) of what he owns in the reader's sight; types of which there is nothing are left out.

    Nothing of a type whose owner is hidden from the reader.
    """
    return [
        (capfirst(str(model._meta.verbose_name_plural)), capped_count(owned))
        for model in record_models()
        if model.CHANGES_HANDS and may(reader, Action.VIEW, model) and "owner" not in hidden_fields(reader, model)
        for owned in [model.objects.visible_to(reader).filter(owner=person)]
        if owned.exists()
    ]


def still_led(person: User) -> QuerySet[Team]:
    teams: QuerySet[Team] = Team.objects.filter(lead=person)
    return teams

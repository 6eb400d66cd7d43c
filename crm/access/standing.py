"""Whether somebody still has the rights with which a long work began: a file that streams, a list that is drawn up."""

from typing import Any

from django.contrib.auth import get_user_model

from crm.access.rights import rights_of


class RightsChanged(Exception):
    """Since the work began the person was deactivated, or his role, grants, field rules or teams became others."""


def refuse_unless_standing(user: Any) -> None:
    """Reads the person and his rights anew, and compares them with those that this instance has. Raises RightsChanged.

    Rights that grew end the work too: half of it would be done by other rules.
    """
    fresh = get_user_model()._default_manager.filter(pk=user.pk, is_active=True).first()
    if fresh is None or rights_of(fresh) != rights_of(user):
        raise RightsChanged

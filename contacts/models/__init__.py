"""People, where they work and worked, how to reach them, and every interaction with them."""

from contacts.models.interactions import (
    Direction,
    Interaction,
    InteractionKind,
    InteractionLink,
    InteractionParticipant,
    Outcome,
)
from contacts.models.people import (
    LANGUAGES,
    Consent,
    Contact,
    ContactEmail,
    ContactPhone,
    ContactTeamShare,
    ContactUserShare,
    DecisionRole,
    Employment,
    EmploymentQuerySet,
    Messenger,
    MessengerKind,
)

__all__ = [
    "LANGUAGES",
    "Consent",
    "Contact",
    "ContactEmail",
    "ContactPhone",
    "ContactTeamShare",
    "ContactUserShare",
    "DecisionRole",
    "Direction",
    "Employment",
    "EmploymentQuerySet",
    "Interaction",
    "InteractionKind",
    "InteractionLink",
    "InteractionParticipant",
    "Messenger",
    "MessengerKind",
    "Outcome",
]

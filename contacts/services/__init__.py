"""Every write to contacts and their interactions."""

from contacts.services.interactions import (
    Conversation,
    delete_interaction,
    edit_interaction,
    log_interaction,
    restore_interaction,
)
from contacts.services.people import Parts, change_employer, create_contact, save_contact

__all__ = [
    "Conversation",
    "Parts",
    "change_employer",
    "create_contact",
    "delete_interaction",
    "edit_interaction",
    "log_interaction",
    "restore_interaction",
    "save_contact",
]

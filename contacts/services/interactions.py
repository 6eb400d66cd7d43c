"""Every write to interactions: the row, its history, its place on the timelines, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop
from uuid6 import uuid7

from contacts.models import Contact, Interaction, InteractionLink, InteractionParticipant
from contacts.rights import may_log, may_restore, may_touch
from crm.access.models import Record
from crm.access.registry import record_model_of
from crm.access.rights import Action
from crm.access.sight import seen_records, subject_of
from crm.access.writing import insert_part, replace_part
from crm.history.writing import CHANGED, CREATED, record_versions
from crm.notifications import services as notifications
from crm.notifications.following import followers_of
from crm.timeline import writing as timeline

EVENT = "contacts.interaction"
_DELETED, _RESTORED = gettext_noop("Deleted"), gettext_noop("Restored")


class StaleInteraction(Exception):
    """Somebody saved it since it was read; `current` is how it stands now."""

    def __init__(self, current: Interaction) -> None:
        super().__init__()
        self.current = current


@dataclass(frozen=True)
class Conversation:
    """Whom an interaction was with, and what else it concerns.

    `about` are records such as a client or a deal: the first one is the subject where nobody took part. `main` is the
    subject of one that is stored, or of which the editor does not see the first person.
    """

    people: Sequence[Contact] = ()
    about: Sequence[Record] = ()
    main: Record | None = None

    @property
    def subject(self) -> Record:
        return self.main or next(iter([*self.people, *self.about]))

    @property
    def others(self) -> list[Record]:
        return [record for record in (*self.people, *self.about) if record.pk != self.subject.pk]


@transaction.atomic
def log_interaction(interaction: Interaction, conversation: Conversation, *, actor: Any) -> Interaction:
    """Store a new interaction of the actor's. Raises PermissionDenied when he may not log, or sees not all of them."""
    if not may_log(actor):
        raise PermissionDenied
    _refuse_unseen([*conversation.people, *conversation.about], actor)
    interaction.author = actor
    interaction.version = 1
    _name_subject(interaction, conversation.subject)
    interaction.save(force_insert=True)
    insert_part(interaction, "participants", _participants(conversation.people))
    insert_part(interaction, "links", _links(conversation))
    record_versions(Interaction, [interaction.pk], actor=actor, kind=CREATED)
    _tell(interaction, conversation)
    receivers = {one for record in (conversation.subject, *conversation.others) for one in followers_of(record)}
    notifications.notify(
        EVENT, record=conversation.subject, receivers=receivers, actor=actor, source=source_of(interaction)
    )
    return interaction


def log_once(interaction: Interaction, conversation: Conversation, *, actor: Any) -> bool:
    """Log what a form holds that carries its key: sent twice it is stored once.

    Whether it is stored now. Other words in a form that was sent before, as after the Back button, are another
    interaction. Raises as `log_interaction` does.
    """
    try:
        log_interaction(interaction, conversation, actor=actor)
    except IntegrityError:
        first = Interaction.history.filter(id=interaction.pk, version=1, author=actor.pk)
        if not first.exists():
            raise
        label, key = subject_of(conversation.subject)
        same = {"kind": interaction.kind, "text": interaction.text, "subject_type": label, "subject_id": key}
        if first.filter(**same).exists():
            return False
        interaction.pk = uuid7()
        log_interaction(interaction, conversation, actor=actor)
    return True


@transaction.atomic
def edit_interaction(interaction: Interaction, conversation: Conversation, *, actor: Any) -> Interaction:
    """Store a changed interaction; `interaction.version` is the one that was read.

    Participants and links that the actor does not see stay. Raises PermissionDenied, StaleInteraction.
    """
    current = _lock(interaction, actor, Action.CHANGE)
    # The subject is seen, or he would not be here; whoever is added must be seen too.
    _refuse_unseen([*conversation.people, *conversation.about], actor)
    whole = _with_unseen(current, conversation, actor)
    is_moved = subject_of(whole.subject) != (current.subject_type, current.subject_id)
    interaction.version = current.version + 1
    interaction.updated_at = timezone.now()
    interaction.author_id = current.author_id
    _name_subject(interaction, whole.subject)
    interaction.save()
    replace_part(interaction, "participants", _participants(whole.people))
    replace_part(interaction, "links", _links(whole))
    record_versions(Interaction, [interaction.pk], actor=actor, kind=CHANGED)
    timeline.revise(
        source_of(interaction),
        at=interaction.at,
        text=interaction.text,
        kind=interaction.kind,
        subject=whole.subject,
        also_on=whole.others,
    )
    if is_moved:
        notifications.move(source_of(interaction), to=whole.subject)
    return interaction


@transaction.atomic
def delete_interaction(interaction: Interaction, *, actor: Any) -> Interaction:
    """Off every timeline; kept, and restored by `restore_interaction`. Raises PermissionDenied, StaleInteraction."""
    _lock(interaction, actor, Action.DELETE)
    _store_deleted(interaction, timezone.now(), actor=actor, reason=_DELETED)
    timeline.forget(source_of(interaction))
    notifications.forget(source_of(interaction))
    return interaction


@transaction.atomic
def restore_interaction(interaction: Interaction, *, actor: Any) -> Interaction:
    """Back onto the timelines. Raises PermissionDenied, StaleInteraction."""
    current = _lock(interaction, actor, Action.DELETE)
    if current.deleted_at is None:
        return current
    if not may_restore(actor, current):
        raise PermissionDenied
    _store_deleted(interaction, None, actor=actor, reason=_RESTORED)
    _tell(interaction, conversation_of(interaction))
    return interaction


def source_of(interaction: Interaction) -> tuple[str, UUID]:
    """How the timeline and the notifications name an interaction."""
    return Interaction._meta.label_lower, interaction.pk


def conversation_of(interaction: Interaction) -> Conversation:
    """As it is stored, whoever asks: people and records that are in the recycle bin or gone are left out."""
    people = [row.contact for row in interaction.participants.select_related("contact")]
    found = [_stored(row.record_type, row.record_id) for row in interaction.links.all()]
    main: Record | None = next((one for one in people if one.pk == interaction.subject_id), None)
    if main is None:
        main = _stored(interaction.subject_type, interaction.subject_id)
        found.insert(0, main)
    return Conversation(people, [record for record in found if record is not None], main)


def _stored(label: str, key: UUID) -> Record | None:
    model = record_model_of(label)
    found: Record | None = model.objects.filter(pk=key).first() if model else None
    return found


def _refuse_unseen(records: Sequence[Record], actor: Any) -> None:
    named = {subject_of(record) for record in records}
    if not named or set(seen_records(actor, named)) != named:
        raise PermissionDenied


def _lock(interaction: Interaction, actor: Any, action: Action) -> Interaction:
    current = Interaction.objects.select_for_update().get(pk=interaction.pk)
    subject = (current.subject_type, current.subject_id)
    if not seen_records(actor, [subject]) or not may_touch(actor, current, action):
        raise PermissionDenied
    if current.version != interaction.version:
        raise StaleInteraction(current)
    return current


def _name_subject(interaction: Interaction, subject: Record) -> None:
    interaction.subject_type, interaction.subject_id = subject_of(subject)


def _with_unseen(current: Interaction, conversation: Conversation, actor: Any) -> Conversation:
    """The conversation with those of the stored one whom the actor does not see: he could not have named them.

    None of them becomes the subject: the interaction would go out of his own sight.
    """
    stored = conversation_of(current)
    seen = seen_records(actor, [subject_of(record) for record in (*stored.people, *stored.about)])
    kept_people = [one for one in stored.people if subject_of(one) not in seen]
    kept = [one for one in stored.about if subject_of(one) not in seen]
    return Conversation([*conversation.people, *kept_people], [*conversation.about, *kept], conversation.subject)


def _participants(people: Sequence[Contact]) -> list[InteractionParticipant]:
    return [InteractionParticipant(contact=contact) for contact in {one.pk: one for one in people}.values()]


def _links(conversation: Conversation) -> list[InteractionLink]:
    subject = conversation.subject
    named = dict.fromkeys(subject_of(record) for record in conversation.about if record.pk != subject.pk)
    return [InteractionLink(record_type=label, record_id=key) for label, key in named]


def _tell(interaction: Interaction, conversation: Conversation) -> None:
    timeline.record(
        EVENT,
        conversation.subject,
        actor=interaction.author,
        also_on=conversation.others,
        at=interaction.at,
        text=interaction.text,
        kind=interaction.kind,
        source=source_of(interaction),
    )


def _store_deleted(interaction: Interaction, moment: Any, *, actor: Any, reason: str) -> None:
    interaction.deleted_at = moment
    interaction.version += 1
    interaction.updated_at = timezone.now()
    interaction.save(update_fields=["deleted_at", "version", "updated_at"])
    record_versions(Interaction, [interaction.pk], actor=actor, kind=CHANGED, reason=reason)

"""How the messages of tasks are delivered, registered at start-up."""

from crm.outbox.models import Message
from crm.outbox.registry import Delivery, register
from tasks.calendars.invitation_mail import deliver_invitation
from tasks.models import CalendarUpload
from tasks.services.calendar_imports import TOPIC as IMPORT_CALENDAR
from tasks.services.calendar_imports import import_part
from tasks.services.invitations import TOPIC as INVITE


def deliver_import(message: Message) -> None:
    """Nothing for a file that was forgotten meanwhile."""
    upload = CalendarUpload.objects.filter(pk=message.payload["upload"]).first()
    if upload is not None:
        import_part(upload)


register(Delivery(IMPORT_CALENDAR, deliver_import, is_inside=True))
register(Delivery(INVITE, deliver_invitation))

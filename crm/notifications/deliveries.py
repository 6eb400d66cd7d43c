"""How the messages of notifications are delivered, registered at start-up."""

from crm.notifications.daily import deliver_digest
from crm.notifications.delivering import deliver
from crm.notifications.mailing import deliver_mail
from crm.notifications.services import DIGEST, MAIL, NOTIFY
from crm.outbox.registry import Delivery, register

register(Delivery(NOTIFY, deliver, is_inside=True))
register(Delivery(MAIL, deliver_mail))
register(Delivery(DIGEST, deliver_digest))

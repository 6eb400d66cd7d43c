"""Why a calendar file was not read, in words for the person who uploaded it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "archive": _("This is a packed file. Unpack it and upload the .ics files in it one by one."),
    "broken": _("This calendar is damaged, and nothing in it could be read. Export it again."),
    "empty": _("There is nothing in this file."),
    "hostile": _("This file is built in a way that no calendar needs, and was not opened."),
    "no_events": _("There are no events and no to-dos in this calendar."),
    "not_a_calendar": _("This is not a calendar. Upload a file that another calendar exported as .ics."),
    "too_large": _("This file is larger than 5 MB. Export a shorter time, or one calendar at a time."),
    "too_long": _("Reading this file took too long. Export a shorter time, or one calendar at a time."),
    "too_many": _("There are more than 5,000 events in this file. Export a shorter time."),
}


class UnreadableCalendar(Exception):
    """`sentence` tells the user what is wrong and what to do."""

    def __init__(self, code: str) -> None:
        self.code = code if code in SENTENCES else "broken"
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])

    def __str__(self) -> str:
        return self.sentence

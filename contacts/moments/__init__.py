"""Moments in natural words: "yesterday 15:00", "в пятницу в 10", "за дві години"."""

from contacts.moments.library import Prefer
from contacts.moments.reading import Moment, NotAMoment, read_moment

__all__ = ["Moment", "NotAMoment", "Prefer", "read_moment"]

"""Forms of people, teams and the company; and the form of an owned record, for the apps above."""

from teams.forms.owned import OwnedRecordForm

__all__ = ["OwnedRecordForm"]

"""What a version of a record holds beyond the record's own columns."""

from django.db import models


class Version(models.Model):
    """The base of every historical row: the parts that stood with the record, and the bulk write it came from."""

    parts = models.JSONField(default=dict)
    change_set = models.UUIDField(null=True)

    class Meta:
        abstract = True

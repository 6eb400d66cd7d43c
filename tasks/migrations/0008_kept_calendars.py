"""What calendar links were answered with. It may be lost in a crash, so that writing it costs nothing twice."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0007_days_to_come")]

    operations = [
        migrations.CreateModel(
            name="CalendarText",
            fields=[
                (
                    "feed",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tasks.calendarfeed",
                    ),
                ),
                ("etag", models.CharField(max_length=40)),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "text of a calendar link",
                "verbose_name_plural": "texts of calendar links",
            },
        ),
        # Compressed as it comes: the database need not try again.
        migrations.RunSQL(
            "ALTER TABLE tasks_calendartext SET UNLOGGED, ALTER content SET STORAGE EXTERNAL",
            migrations.RunSQL.noop,
        ),
    ]

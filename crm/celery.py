"""The Celery application: workers and beat start from here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("porada")
app.config_from_object("django.conf:settings", namespace="CELERY")
# "tasks" is a business app here, so background jobs live in jobs.py.
app.autodiscover_tasks(related_name="jobs")

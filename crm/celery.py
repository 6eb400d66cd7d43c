"""The Celery application: workers and beat start from here."""

import os

from celery import Celery
from celery.signals import worker_process_init

from crm.embedded.lifeline import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("porada")
app.config_from_object("django.conf:settings", namespace="CELERY")
# "tasks" is a business app here, so background jobs live in jobs.py.
app.autodiscover_tasks(related_name="jobs")
# Children of a killed worker would hold its tasks for hours.
worker_process_init.connect(die_with_parent)

"""gunicorn's settings, for bin/run and for production: `gunicorn -c deploy/gunicorn.conf.py crm.wsgi`."""

import gc
import os
from typing import Any

from crm.embedded.lifeline import die_with_parent

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Below the connection pool's size, so that no thread waits for a connection.
threads = int(os.environ.get("WEB_THREADS", "8"))
# Loaded once and forked: a start costs half, and a worker that is replaced is there at once.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
# Frees what a page of a very large table may have left behind.
max_requests = 10_000
max_requests_jitter = 1_000
# It would listen in the home folder of the user, for all stacks of that user at the same place.
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """All pages are loaded before the workers are forked, not by the first visitor of each."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    # What is loaded stays for good: the collector need not walk it again in the middle of a page.
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    die_with_parent()
    # A page makes some ten thousand objects and drops them at its end by itself: at the usual 700 the collector would
    # come by a dozen times a page, to find nothing.
    gc.set_threshold(50_000, 20, 20)

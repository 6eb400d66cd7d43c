"""A child process that does not outlive its parent."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent(**_signal_arguments: object) -> None:
    """The kernel kills this process when the thread that forked it ends, even by SIGKILL.

    Without it the workers of a killed gunicorn hold the port, and the children of a killed Celery hold their tasks.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

"""Free ports of this machine."""

import random
import socket

# Below the range that Linux hands out for outgoing connections, so that a stopped service finds its port again.
SERVICE_PORTS = range(20_000, 32_000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def kept_or_free_port(kept: int | None) -> int:
    """The port of the last start while nobody else has taken it, else a random free one."""
    if kept is not None and is_free(kept):
        return kept
    candidates = random.sample(SERVICE_PORTS, len(SERVICE_PORTS))
    return next(port for port in candidates if is_free(port))


def first_free_port(start: int, host: str) -> int | None:
    return next((port for port in range(start, start + 200) if is_free(port, host)), None)

"""Free ports of this machine."""

import random
import socket

# Below the range that Linux hands out for outgoing connections, so that a stopped service finds its port again.
SERVICE_PORTS = range(20_000, 32_000)
CLAIM = "\0porada-web-port-"


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


def first_free_port(start: int, host: str) -> socket.socket | None:
    """The claim on it; see `claim`."""
    claims = (claim(port, host) for port in range(start, start + 200))
    return next((held for held in claims if held), None)


def claim(port: int, host: str) -> socket.socket | None:
    """Keeps other Poradas of this machine off a free port until its server listens; None when it is taken.

    Two starts at the same time would choose the same port, and the one would show the pages of the other. The claim is
    a name in the kernel's abstract namespace, which goes with the process: `port_of` tells the port.
    """
    held = socket.socket(socket.AF_UNIX)
    try:
        held.bind(f"{CLAIM}{port}")
    except OSError:
        held.close()
        return None
    if is_free(port, host):
        return held
    held.close()
    return None


def port_of(held: socket.socket) -> int:
    return int(held.getsockname().decode().removeprefix(CLAIM))

"""A private Redis: the broker of the background jobs."""

from pathlib import Path

import redis

from crm.embedded.accounts import service_account, service_folder, write_private
from crm.embedded.kept import Kept
from crm.embedded.service import Service

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {home}
daemonize no
appendonly {appendonly}
appendfsync everysec
save ""
"""


def redis_service(var: Path, kept: Kept, *, disposable: bool) -> Service:
    account = service_account("redis", "postgres")
    home = service_folder(var, "redis", account)
    configuration = home / "redis.conf"
    text = CONFIGURATION.format(
        port=kept.redis_port,
        password=kept.redis_password,
        home=_quoted(home),
        appendonly="no" if disposable else "yes",
    )
    write_private(configuration, text, account)
    return Service("redis", ["redis-server", str(configuration)], account=account, data=home)


def redis_url(kept: Kept) -> str:
    return f"redis://:{kept.redis_password}@127.0.0.1:{kept.redis_port}/0"


def redis_answers(kept: Kept) -> bool:
    try:
        with redis.Redis.from_url(redis_url(kept), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

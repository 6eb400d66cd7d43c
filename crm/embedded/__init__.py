"""The local PostgreSQL and Redis: a private cluster and a private server, kept under var/."""

from crm.embedded.addresses import service_addresses

__all__ = ["service_addresses"]

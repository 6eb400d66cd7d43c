"""Codes of projects: one is proposed, and one that is taken gives way to the next that is free."""

import re
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from clients.models import Client
from projects.models import Project

LONGEST = 30
_LONGEST_STEM = 8
_NUMBERED = re.compile(r"^(?P<stem>.*?)-(?P<number>\d{1,6})$")
#: Of projects without a client.
PLAIN_STEM = "P"


def suggested_code(client: Client | None, *, actor: Any) -> str:
    """ "ACME-3" by the first word of the client's name, "P-0007" without a client; after the last that the actor sees.

    Of what he does not see it tells nothing, so it may be taken: see `free_code`.
    """
    stem = _stem_of(client)
    seen = Project.objects.visible_to(actor).filter(code__istartswith=f"{stem}-").values_list("code", flat=True)
    return _numbered(stem, max(_numbers(stem, seen), default=0) + 1)


def code_is_taken(code: str, *, besides: UUID | None = None) -> bool:
    """Whether a living project has it, in any case of letters."""
    return bool(_others(besides).filter(code__iexact=code).exists())


def lock_codes() -> None:
    """Nobody else is given a code until this transaction ends, so that two never get the same one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('projects.code'))")


def free_code(code: str, *, besides: UUID | None = None, promised: Collection[str] = ()) -> str:
    """The code itself, else its stem with the first number after all that are taken.

    `promised` are codes of projects that are not stored yet.
    """
    is_promised = code.upper() in {one.upper() for one in promised}
    if not is_promised and not code_is_taken(code, besides=besides):
        return code
    found = _NUMBERED.match(code)
    stem = found["stem"] if found else code[: LONGEST - 7]
    others = _others(besides).filter(code__istartswith=f"{stem}-").values_list("code", flat=True)
    return _numbered(stem, max(_numbers(stem, [*others, *promised]), default=1) + 1)


def _others(besides: UUID | None) -> Any:
    living = Project.objects.alive()
    return living if besides is None else living.exclude(pk=besides)


def _stem_of(client: Client | None) -> str:
    words = re.findall(r"[^\W_]+", client.name) if client else []
    return words[0][:_LONGEST_STEM].upper() if words else PLAIN_STEM


def _numbered(stem: str, number: int) -> str:
    return f"{stem}-{number:04}" if stem == PLAIN_STEM else f"{stem}-{number}"


def _numbers(stem: str, codes: Iterable[str]) -> Iterable[int]:
    found = (_NUMBERED.match(code) for code in codes)
    return (int(one["number"]) for one in found if one and one["stem"].upper() == stem.upper())

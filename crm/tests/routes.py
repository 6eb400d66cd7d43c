"""Every named address of the product, read from the resolver itself, so that none can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """`name` with its namespaces, "" for an address without one; `parameters` in their order in the address."""

    name: str
    pattern: str
    parameters: tuple[str, ...]

    @property
    def is_of_admin(self) -> bool:
        return self.pattern.startswith("admin/")

    @property
    def names_an_object(self) -> bool:
        return bool({"pk", "id", "object_id", "key"} & set(self.parameters))

    def __str__(self) -> str:
        return self.name or self.pattern


def all_routes() -> list[Route]:
    return list(_walk(get_resolver(), "", (), ()))


def _walk(
    resolver: URLResolver, prefix: str, namespaces: tuple[str, ...], parameters: tuple[str, ...]
) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern).lstrip("^")
        known = (*parameters, *entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry, pattern, inner, known)
        elif isinstance(entry, URLPattern):
            name = ":".join((*namespaces, entry.name)) if entry.name else ""
            yield Route(name, pattern, known)

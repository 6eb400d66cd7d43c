"""One line becomes a task: "call Irina tomorrow 15:00 !high #acme @bob", in three languages."""

from tasks.quick.reading import Draft, Finders, Match, Part, Span, read_line

__all__ = ["Draft", "Finders", "Match", "Part", "Span", "read_line"]

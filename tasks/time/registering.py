"""What time and workload tell the other apps at start-up: hours of projects, ways, notices, panels, menu entries."""

from importlib import import_module

_REGISTERING = ("time.ways", "time.notices", "time.menu", "time.panels", "workload.menu", "workload.panels")


def register_time() -> None:
    from projects.health_reading import register_hours_source
    from tasks.time.reading import hours_spent_on
    from tasks.time.rights import register_time_rules

    for name in _REGISTERING:
        import_module(f"tasks.{name}")
    register_hours_source(hours_spent_on)
    register_time_rules()

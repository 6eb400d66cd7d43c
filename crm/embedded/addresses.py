"""Where the embedded services listen; read by settings, so it imports nothing of Django."""

import json
from pathlib import Path


def service_addresses(var: Path) -> dict[str, str]:
    """URLs of the embedded services by name (`database`, `redis`, `web`); empty before the first start.

    The file is written by `bin/run` and holds the database password, so it is readable by its owner alone.
    """
    try:
        addresses = json.loads((var / "services.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return {str(name): str(url) for name, url in addresses.items()}

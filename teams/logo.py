"""The mark of the company on the pages: its logo, at an address that stays the same when the logo changes."""

import io
from functools import lru_cache

from PIL import Image

from crm.pictures.storing import path_of

# Pixels; drawn at no more than 52, so sharp on dense screens too.
_SIDE = 104
_PADDING = 8


@lru_cache(maxsize=4)
def drawn_mark(name: str) -> bytes:
    """The stored picture of this name in a square, as WebP.

    Logos with transparent parts are drawn for white paper: they stand on a white plate, or would vanish in the dark.
    """
    logo = Image.open(path_of(name)).convert("RGBA")
    is_opaque = logo.getchannel("A").getextrema() == (255, 255)
    inner = _SIDE if is_opaque else _SIDE - 2 * _PADDING
    logo.thumbnail((inner, inner))
    plate = Image.new("RGBA", (_SIDE, _SIDE), (255, 255, 255, 0 if is_opaque else 255))
    plate.alpha_composite(logo, ((_SIDE - logo.width) // 2, (_SIDE - logo.height) // 2))
    written = io.BytesIO()
    plate.save(written, "WEBP", quality=90)
    return written.getvalue()

"""Pictures as they come, and as they are kept: decoded, turned upright, made small and encoded anew."""

import hashlib
import io
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
SUFFIX = ".webp"
CONTENT_TYPE = "image/webp"
MOST_BYTES = 10 * 1024 * 1024
# 24 megapixels: what a phone takes; decoded it is 100 MB for a moment.
MOST_PIXELS = 24_000_000
SIDE = 512
_QUALITY = 85


def take_in(upload: IO[bytes]) -> str:
    """The name of the stored picture. Nothing of the file survives but its pixels: no place, no script, no tail.

    Raises ValidationError for what is no picture, or too large a one.
    """
    raw = upload.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise ValidationError(_("The picture is larger than 10 MB."))
    encoded = _encoded(_decoded(raw))
    name = hashlib.sha256(encoded).hexdigest()[:32] + SUFFIX
    path = path_of(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, whoever else stores the same picture now.
        partial = path.with_suffix(f".{hashlib.sha256(raw).hexdigest()[:8]}.part")
        partial.write_bytes(encoded)
        partial.replace(path)
    return name


def path_of(name: str) -> Path:
    """Where the picture of this name lies. Names come from `take_in` alone."""
    return Path(settings.MEDIA_ROOT) / "pictures" / name[:2] / name


def _decoded(raw: bytes) -> Any:
    try:
        image: Any = Image.open(io.BytesIO(raw), formats=FORMATS)
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise Image.DecompressionBombError
        # JPEG can be decoded at a half, a quarter or an eighth.
        image.draft("RGB", (SIDE * 2, SIDE * 2))
        image.load()
        return ImageOps.exif_transpose(image)
    except Image.DecompressionBombError as fault:
        raise ValidationError(_("The picture has more than 24 million pixels.")) from fault
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
        raise ValidationError(
            _("This is not a picture that we can read. Use a JPEG, PNG, WebP or GIF file.")
        ) from fault


def _encoded(image: Any) -> bytes:
    image = image.convert("RGBA" if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA") else "RGB")
    image.thumbnail((SIDE, SIDE))
    # A fresh image: what else the file carried stays behind.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    written = io.BytesIO()
    bare.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()

"""Pictures for tests, made on the spot."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture_file(*, size: tuple[int, int] = (900, 600), colour: str = "teal", kind: str = "PNG") -> SimpleUploadedFile:
    """An upload that is a real picture of one colour."""
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, kind)
    return SimpleUploadedFile(f"picture.{kind.lower()}", written.getvalue())

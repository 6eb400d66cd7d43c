"""What is kept of a picture, what is refused, and who gets to see it."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from clients.models import Client
from clients.tests.factories import make_client
from crm.access.rights import FieldAccess
from crm.pictures.storing import MOST_BYTES, SIDE, path_of, take_in
from crm.pictures.testing import picture_file
from teams.models import FieldRule
from teams.tests.factories import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def client_of_ann(cast: Cast) -> Client:
    return make_client(cast.ann, "Vorskla Shipyard")


def browser_for(user: object) -> Browser:
    browser = Browser()
    browser.force_login(user)  # type: ignore[arg-type]
    return browser


def with_picture(client: Client, cast: Cast) -> Client:
    browser = browser_for(cast.ann)
    answer = browser.post(reverse("clients:picture", args=[client.pk]), {"file": picture_file()})
    assert answer.status_code == 302, answer.content.decode()
    client.refresh_from_db()
    return client


def test_a_large_photo_becomes_a_small_picture_without_its_place_and_camera() -> None:
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0112] = "Camera of Nightingale", 6
    Image.new("RGB", (2000, 1000), "navy").save(written, "JPEG", exif=exif)
    written.seek(0)
    kept = path_of(take_in(written))
    assert b"Nightingale" not in kept.read_bytes()
    with Image.open(kept) as image:
        assert image.format == "WEBP"
        # The camera lay on its side: the picture stands upright.
        assert image.size == (SIDE // 2, SIDE)
        assert not image.getexif()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_usual_kinds_of_pictures_are_taken(kind: str) -> None:
    assert path_of(take_in(picture_file(kind=kind))).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a<script>alert(1)</script>",
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(ValidationError, match="not a picture"):
        take_in(io.BytesIO(content))


@pytest.mark.parametrize("side", [5_000, 20_000])
def test_a_picture_that_unpacks_to_very_much_is_refused_before_it_is_unpacked(side: int) -> None:
    written = io.BytesIO()
    Image.new("1", (side, side)).save(written, "PNG")
    assert len(written.getvalue()) < 200_000
    written.seek(0)
    with pytest.raises(ValidationError, match="24 million"):
        take_in(written)


def test_a_file_beyond_the_size_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match="10 MB"):
        take_in(io.BytesIO(b"\0" * (MOST_BYTES + 1)))


def test_the_picture_is_shown_to_those_who_see_its_client_and_to_nobody_else(cast: Cast, client_of_ann: Client) -> None:
    url = with_picture(client_of_ann, cast).picture_url
    shown = browser_for(cast.bob).get(url)
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/webp"
    assert "private" in shown["Cache-Control"]
    assert browser_for(cast.cy).get(url).status_code == 404
    assert Browser().get(url).url.startswith(reverse("account_login"))


def test_a_picture_is_not_reached_through_something_else_that_one_sees(cast: Cast, client_of_ann: Client) -> None:
    name = with_picture(client_of_ann, cast).picture
    own = make_client(cast.cy, "Own of cy")
    for kind, key in (("clients.client", own.pk), ("teams.user", cast.cy.pk), ("teams.company", 1), ("x.y", 1)):
        assert browser_for(cast.cy).get(reverse("picture", args=[kind, key, name])).status_code == 404
    assert browser_for(cast.cy).get(f"/pictures/clients.client/{own.pk}/..%2f..%2fsecret_key").status_code == 404
    for odd in ("1 or 1", "٣", "9" * 40):
        assert browser_for(cast.cy).get(reverse("picture", args=["teams.user", odd, name])).status_code == 404


def test_an_outsider_and_one_who_may_not_write_it_change_no_picture(cast: Cast, client_of_ann: Client) -> None:
    address = reverse("clients:picture", args=[client_of_ann.pk])
    assert browser_for(cast.cy).post(address, {"file": picture_file()}).status_code == 404
    FieldRule.objects.create(
        role=cast.fin.role, record_type="clients.client", field="picture", access=FieldAccess.READ_ONLY
    )
    assert browser_for(cast.fin).post(address, {"file": picture_file()}).status_code == 403
    client_of_ann.refresh_from_db()
    assert client_of_ann.picture == ""


def test_removing_a_picture_keeps_it_for_the_version_that_had_it(cast: Cast, client_of_ann: Client) -> None:
    name = with_picture(client_of_ann, cast).picture
    browser_for(cast.ann).post(reverse("clients:picture", args=[client_of_ann.pk]), {"remove": "on"})
    client_of_ann.refresh_from_db()
    assert client_of_ann.picture == ""
    assert Path(settings.MEDIA_ROOT) in path_of(name).parents
    assert path_of(name).exists()
    assert [version.picture for version in client_of_ann.history.order_by("history_id")] == ["", name, ""]


def test_a_wrong_file_is_told_at_its_field(cast: Cast, client_of_ann: Client) -> None:
    browser = browser_for(cast.ann)
    address = reverse("clients:picture", args=[client_of_ann.pk])
    for sent, sentence in (({}, "Choose a picture"), ({"file": io.BytesIO(b"no picture")}, "not a picture")):
        answer = browser.post(address, sent)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()

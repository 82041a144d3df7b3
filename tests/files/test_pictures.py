"""Tesseract reads a picture in a process of its own, which limits itself and keeps nothing."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pytest
from PIL import Image, ImageDraw, ImageFont

from app.files import Pictures, Unreadable, pictures
from app.files.recognise import LARGE, MOST_PIXELS, prepare

LINES = "The server responded:\n550 5.7.1 Relaying denied\nServer smtp.proseware.com Port 25"


@pytest.fixture(scope="module")
def reader() -> Pictures:
    """Return a reader; without Tesseract, skip, or fail if OCR_TESTS=required."""
    if found := Pictures.find():
        return found
    reason = "NOT TESTED with pictures: no Tesseract found; run tests/files/install as root"
    if os.environ.get("OCR_TESTS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def draw(
    paper: str = "white", ink: str = "black", size: int = 22, mode: str = "RGB"
) -> Image.Image:
    picture = Image.new(mode, (30 * size, 8 * size), paper)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).multiline_text((size, size), LINES, ink, font, spacing=size // 2)
    return picture


def saved(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def test_a_screenshot(reader: Pictures) -> None:
    text = reader.text_of(saved(draw()))
    assert "550 5.7.1 Relaying denied" in text
    assert "smtp.proseware.com" in text


def test_light_letters_on_dark(reader: Pictures) -> None:
    assert "Relaying denied" in reader.text_of(saved(draw("#111111", "#eeeeee")))


def test_small_letters(reader: Pictures) -> None:
    assert "Relaying denied" in reader.text_of(saved(draw(size=13)))


def test_a_photo_that_lies_on_its_side(reader: Pictures) -> None:
    how = Image.Exif()
    how[0x0112] = 6  # Orientation: the camera was turned (Exif 2.3, section 4.6.4)
    turned = draw(size=60).transpose(Image.Transpose.ROTATE_90)
    assert "Relaying denied" in reader.text_of(saved(turned, "JPEG", exif=how))


def test_what_is_transparent_is_white(reader: Pictures) -> None:
    assert "Relaying denied" in reader.text_of(saved(draw("#00000000", "black", mode="RGBA")))


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", saved(draw())[:600], b"\xff\xd8\xff\xe0"]
)
def test_a_broken_picture_is_said_to_be(reader: Pictures, data: bytes) -> None:
    with pytest.raises(Unreadable, match="broken-picture"):
        reader.text_of(data)


def test_a_picture_that_lies_on_its_side_and_does_not_say_so(reader: Pictures) -> None:
    turned = draw(size=60).transpose(Image.Transpose.ROTATE_90)
    assert "Relaying denied" in reader.text_of(saved(turned))


def test_a_picture_without_text(reader: Pictures) -> None:
    with pytest.raises(Unreadable, match="empty-picture"):
        reader.text_of(saved(Image.new("RGB", (300, 200), "green")))


def test_a_long_screenshot_stays_legible(reader: Pictures) -> None:
    long = Image.new("RGB", (1080, 9000), "white")
    long.paste(draw(size=26), (40, 7000))
    assert "Relaying denied" in reader.text_of(saved(long))


def test_a_picture_of_too_many_pixels_is_not_decoded() -> None:
    side = int(MOST_PIXELS**0.5) + 1
    bomb = saved(Image.new("1", (side, side), 1))
    assert len(bomb) < 20_000, "small in the file"
    with pytest.raises(SystemExit):
        prepare(bomb)


def test_it_is_said_to_have_too_many(reader: Pictures) -> None:
    side = int(MOST_PIXELS**0.5) + 1
    with pytest.raises(Unreadable, match="large-picture"):
        reader.text_of(saved(Image.new("1", (side, side), 1)))


def test_a_photo_is_reduced() -> None:
    with Image.open(BytesIO(prepare(saved(Image.new("RGB", (4000, 3000)), "JPEG")))) as prepared:
        assert prepared.width * prepared.height <= LARGE * 1.01


def test_no_byte_can_be_written_to_a_file(tmp_path: Path) -> None:
    code = (
        "import sys; from io import BytesIO; from types import SimpleNamespace as N\n"
        "from app.files import recognise\n"
        "sys.stdin = N(buffer=BytesIO())\n"
        "try: recognise.main('eng')\n"
        "except Exception: pass\n"
        f"with open({str(tmp_path / 'kept')!r}, 'w') as file: file.write('x')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "File too large" in done.stderr, done.stderr
    assert (tmp_path / "kept").read_bytes() == b""


def test_one_at_a_time(reader: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LONGEST_WAIT", 0.01)
    begun, done = Event(), Event()

    def recognise(self: Pictures, picture: bytes) -> str:
        begun.set()
        done.wait(10)
        return "text"

    monkeypatch.setattr(Pictures, "_recognise", recognise)
    first = Thread(target=reader.text_of, args=(b"",))
    first.start()
    try:
        assert begun.wait(10)
        with pytest.raises(Unreadable, match="pictures-busy"):
            reader.text_of(b"")
    finally:
        done.set()
        first.join()
    assert reader.text_of(b"") == "text", "its turn is given back"


def test_one_that_takes_too_long_is_ended(
    reader: Pictures, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    endless = tmp_path / "endless.py"
    endless.write_text("import time\nprint('begun', flush=True)\ntime.sleep(600)")
    monkeypatch.setattr(pictures, "_RECOGNISE", endless)
    monkeypatch.setattr(pictures, "LONGEST_RUN", 0.5)
    with pytest.raises(Unreadable, match="slow-picture"):
        reader.text_of(b"")


def test_without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    pictures.installed.cache_clear()
    try:
        assert Pictures.find() is None
    finally:
        pictures.installed.cache_clear()

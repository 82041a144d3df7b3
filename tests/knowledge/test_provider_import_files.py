"""Whatever a copy of the ISPDB holds: one line for each file that is broken, the rest is read."""

import os
import random
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from app.knowledge.client_config import BadFile
from app.knowledge.provider_import import Imported, read_copy
from tests.cli.test_content import run
from tests.knowledge.test_provider_import import entry, smtp

DAY = date(2026, 11, 24)
NAMES = ("adatum", "contoso", "fabrikam", "proseware")
XML = {f"ispdb/{name}.com.xml": entry(smtp(), domains=(f"{name}.com",)).encode() for name in NAMES}


def pack(path: Path, files: dict[str, bytes] = XML, how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def domains(imported: Imported) -> list[str]:
    return [provider.id for provider in imported.providers]


def spoilt(draw: random.Random, data: bytes) -> bytes:
    """Return data with a few bytes changed, left out, moved, or cut off."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5, 30))):
        at = draw.randrange(len(out))
        match draw.randrange(5):
            case 0:
                out[at] = draw.randrange(256)
            case 1:
                out[at] ^= 1 << draw.randrange(8)
            case 2:
                del out[at : at + draw.randrange(40)]
            case 3:
                out[at:at] = out[draw.randrange(len(out)) :][:40]
            case 4:
                out[at : at + 4] = draw.choice((b"\xff" * 4, b"\0" * 4, b"PK\1\2", b"PK\5\6"))
        out = out or bytearray(1)
    return bytes(out[: draw.randrange(len(out))] if draw.random() < 0.1 else out)


@pytest.mark.no_cover
@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_no_broken_zip_ends_it(tmp_path: Path, how: int) -> None:
    path = tmp_path / "copy.zip"
    whole = pack(path, how=how).read_bytes()
    draw = random.Random(how)
    kept = 0
    for _ in range(300):
        path.write_bytes(spoilt(draw, whole))
        try:
            imported = read_copy(path, DAY)
        except BadFile as fault:
            imported = Imported(faults=[f"copy.zip: {fault}"])
        kept += len(imported.providers)
        assert all(": " in told and "\n" not in told for told in imported.faults)
    assert bool(kept) == (how != zipfile.ZIP_LZMA)


def test_what_is_whole_in_a_broken_zip_is_read(tmp_path: Path) -> None:
    path = pack(tmp_path / "copy.zip")
    data = bytearray(path.read_bytes())
    data[data.index(b"contoso.com.xml") + 30] ^= 0xFF
    path.write_bytes(data)
    imported = read_copy(path, DAY)
    assert domains(imported) == ["adatum.com", "fabrikam.com", "proseware.com"]
    (fault,) = imported.faults
    assert fault.startswith("contoso.com.xml: cannot be read (")


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    for name, content in XML.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "ispdb/folder.com").mkdir()
    os.mkfifo(tmp_path / "ispdb/pipe.com")
    (tmp_path / "ispdb/link.com").symlink_to("nowhere")
    (tmp_path / "ispdb/ring.com").symlink_to("ring.com")
    imported = read_copy(tmp_path, DAY)
    assert domains(imported) == [f"{name}.com" for name in NAMES]
    told = ["folder.com", "link.com", "pipe.com", "ring.com"]
    assert imported.faults == [f"{name}: is no file" for name in told]


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", "text", "empty", "big"])
def test_what_is_no_zip_is_refused(tmp_path: Path, path: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("no zip")
    (tmp_path / "empty").touch()
    with (tmp_path / "big").open("wb") as big:
        big.truncate(9 * 1024**2)
    with pytest.raises(BadFile, match=r"neither a folder nor a zip|larger than 8 MB"):
        read_copy(tmp_path / path, DAY)


PLAIN = entry(smtp(), domains=("wingtip.com",))
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", None),
        ("<!DOCTYPE clientConfig>", "has a document type"),
        (f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>', "has a document type"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "has a document type"),
        ('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "has a document type"),
        ("&a;", "no XML"),
    ],
)
def test_a_document_type_is_refused_in_every_coding(
    tmp_path: Path, coding: str, document: str, why: str | None
) -> None:
    text = PLAIN.replace("?>", "?>" + document, 1).replace(">Proseware<", ">&#80;roseware<")
    imported = read_copy(
        pack(tmp_path / "copy.zip", XML | {"ispdb/wingtip.com": text.encode(coding)}), DAY
    )
    assert len(imported.providers) == 4 + (why is None)
    assert [fault.partition(": ")[0] for fault in imported.faults] == ["wingtip.com"] * bool(why)
    assert all(str(why) in fault for fault in imported.faults)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="hex"?><a/>',
        b'<?xml version="1.0" encoding="nothing"?><a/>',
        b"<a>" * 80_000,
        b"<a>&#0;</a>",
        b"",
        b"\xff\xfe<\0",
        b"\xff\xfe\0\xd8",
        PLAIN.encode("utf-16")[:301],
        b"<a>\xed\xa0\x80</a>",
        PLAIN.encode().replace(b"465", b"9" * 5000),
        PLAIN.encode().replace(b"465", "٤".encode()),
    ],
)
def test_what_is_no_xml_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = pack(tmp_path / "copy.zip", XML | {"ispdb/wingtip.com": content})
    done = run("providers", "import", str(path), "--to", str(tmp_path / "own.json"))
    assert done.exit_code == 0
    first, last = done.output.splitlines()
    assert first.startswith("LEFT OUT wingtip.com: ")
    assert last.startswith("4 providers")


def test_a_bomb_does_not_go_off(tmp_path: Path) -> None:
    path = tmp_path / "copy.zip"
    large = pack(path, XML | {"ispdb/bomb.com": bytes(40 * 1024**2)})
    assert large.stat().st_size < 300_000
    assert read_copy(large, DAY).faults == ["bomb.com: larger than 256 KB"]
    many = {f"ispdb/n{number}.com": bytes(255 * 1024) for number in range(140)}
    with pytest.raises(BadFile, match="holds more than 32 MB"):
        read_copy(pack(path, many), DAY)
    with pytest.raises(BadFile, match="5001 files are more than 5000"):
        read_copy(pack(path, {f"ispdb/n{number}.com": b"" for number in range(5001)}), DAY)
    for how in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        (fault,) = read_copy(pack(path, {"ispdb/bomb.com": bytes(10**7)}, how), DAY).faults
        assert fault == "bomb.com: is packed in an unusual way"


def test_a_path_in_a_zip_leads_nowhere(tmp_path: Path) -> None:
    odd = (
        "../../up.com.xml",
        "/etc/root.com.xml",
        "C:\\x\\back.com.xml",
        "a\nb/line.com.xml",
        "ispdb/\x1b[31m.com",
        "ispdb/.com",
        "ispdb/a..com",
        "//",
    )
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        for number, name in enumerate(odd):
            made.writestr(name, entry(smtp(), domains=(f"n{number}.com",)))
    (tmp_path / "in").mkdir()
    path = tmp_path / "in/copy.zip"
    path.write_bytes(archive.getvalue().replace(b"ispdb/", b"jspdb/"))
    assert domains(read_copy(path, DAY)) == ["n0.com", "n1.com", "n3.com"]
    assert [file.name for file in tmp_path.rglob("*")] == ["in", "copy.zip"]


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = pack(tmp_path / "copy.zip")
    done = run("providers", "import", str(path), "--to", str(tmp_path / "file/own.json"))
    assert done.exit_code == 1
    assert "own.json cannot be written: " in done.output

"""Whatever lies in the folder costs itself and nothing else."""

import io
import json
import os
import zipfile
from pathlib import Path

from rag_index.build import build
from rag_index.index import load
from tests.rag_index.files import docx, pdf
from tests.rag_index.letters import Letters, texts


def bomb(path: Path) -> Path:
    """A Word file of 600 kB that unpacks to 600 MB."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(1_000_000))
    return path


def liar(path: Path) -> Path:
    """The same, and its directory says that it unpacks to 100 bytes."""
    content = bytearray(bomb(path).read_bytes())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = (100).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def test_what_cannot_be_read_is_told_and_the_rest_is_built(folder: Path, tmp_path: Path):
    """Each such file is one line of the report; the others answer."""
    outside = tmp_path / "secret.txt"
    outside.write_text("The password is swordfish.")
    (folder / "link.txt").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.md").symlink_to(folder / "nothing.md")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    (folder / "text.pdf").write_text("not a PDF")
    (folder / "text.docx").write_text("not a Word file")
    (folder / "binary.txt").write_bytes(bytes(range(256)))
    (folder / "binary.html").write_bytes(b"\0" * 100)
    (folder / "empty.md").write_text("")
    (folder / "rows.jsonl").write_text('{"text": "fine"}\nnot json\n')
    (folder / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    pdf(folder / "locked.pdf", "Nobody reads this.", encrypted=True)
    bomb(folder / "bomb.docx")
    liar(folder / "liar.docx")
    os.mkfifo(folder / "pipe.md")
    (folder / "itself.md").symlink_to(folder / "itself.md")
    report = build([folder], tmp_path / "index", Letters())
    told = dict(report.unreadable)
    assert set(told) == {
        "linked", "itself.md",
        "link.txt", "gone.md", "photo.png", "text.pdf", "text.docx", "binary.txt", "binary.html",
        "empty.md", "rows.jsonl", "old.xlsx", "locked.pdf", "bomb.docx", "liar.docx", "pipe.md",
    }  # fmt: skip
    assert "leads out" in told["link.txt"]
    assert "too large" in told["bomb.docx"]
    assert "encrypted" in told["locked.pdf"]
    assert "encrypted" in told["old.xlsx"]
    assert "line 2" in told["rows.jsonl"]
    assert all("\n" not in reason for reason in told.values())
    found = texts(tmp_path / "index")
    assert any("$75" in text for text in found)
    assert not any("swordfish" in text for text in found)


def test_a_text_of_a_gigabyte_is_not_read(folder: Path, tmp_path: Path):
    """It is refused by its size, before a byte of it is in memory."""
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(1_000_000_001)
    report = build([folder], tmp_path / "index", Letters())
    assert "larger than 50 MB" in dict(report.unreadable)["huge.txt"]
    assert len(texts(tmp_path / "index")) == 3


def test_a_name_that_climbs_writes_nowhere(folder: Path, tmp_path: Path):
    """A document's id is a name, never a path."""
    row = {"id": "../../../climbed.md", "title": "../up", "text": "The gate closes at ten."}
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n")
    build([folder], tmp_path / "index", Letters())
    assert not list(tmp_path.rglob("*climbed*"))
    index = load(tmp_path / "index", Letters.name)
    assert "../../../climbed.md" in {index.passage(row).document for row in range(len(index))}


def test_a_word_file_with_a_climbing_part_writes_nowhere(folder: Path, tmp_path: Path):
    """Parts of an office file are read in memory."""
    docx(folder / "a.docx", ("", "The gate closes at ten."))
    with zipfile.ZipFile(folder / "a.docx", "a") as file:
        file.writestr("../../climbed.txt", "x")
    build([folder], tmp_path / "index", Letters())
    assert not list(tmp_path.rglob("climbed*"))
    assert any("ten" in text for text in texts(tmp_path / "index"))


def test_an_external_entity_is_not_fetched(folder: Path, tmp_path: Path):
    """XML in an office file cannot read the server's files."""
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    buffer = io.BytesIO(docx(folder / "a.docx", ("", "The gate &xxe; closes.")).read_bytes())
    parts = {n: zipfile.ZipFile(buffer).read(n) for n in zipfile.ZipFile(buffer).namelist()}
    entity = f'<!DOCTYPE x [<!ENTITY xxe SYSTEM "file://{secret}">]>'.encode()
    head, rest = parts["word/document.xml"].split(b"?>", 1)
    parts["word/document.xml"] = head + b"?>" + entity + rest
    with zipfile.ZipFile(folder / "a.docx", "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    build([folder], tmp_path / "index", Letters())
    assert not any("swordfish" in text for text in texts(tmp_path / "index"))


def test_names_and_letters_that_are_no_unicode_are_read(folder: Path, tmp_path: Path):
    """A name of any bytes, half a surrogate pair in JSON: the text is found all the same."""
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text("The cafe opens at nine.")
    (folder / "two\nlines.png").write_bytes(b"x")
    (folder / "rows.jsonl").write_text('{"text": "The \\ud800 gate closes.", "by": "\\udc00"}\n')
    report = build([folder], tmp_path / "index", Letters())
    assert [name for name, _ in report.unreadable] == ["two?lines.png"]
    found = texts(tmp_path / "index")
    assert "The cafe opens at nine." in found
    assert "The ? gate closes." in found


def test_a_link_within_the_folder_is_no_second_document(folder: Path, tmp_path: Path):
    """The same file under two names is read once, and nobody is told of it."""
    (folder / "again.md").symlink_to(folder / "fees.md")
    report = build([folder], tmp_path / "index", Letters())
    assert (report.passages, report.unreadable) == (3, ())

"""TLS, over real sockets: which certificate is shown, and when."""

import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect

from bot.settings import CannotStart
from bot.store import SessionStore
from bot.tls import Certificates
from tests.bot.certificates import write_certificate
from tests.bot.doors import Doors, doors


def certificates(folder: Path) -> dict[str, Path]:
    return {"tls_cert": folder / "cert.pem", "tls_key": folder / "key.pem"}


@pytest.fixture
async def door(store: SessionStore, tmp_path: Path) -> AsyncIterator[Doors]:
    write_certificate(tmp_path, "first")
    async with doors(store, **certificates(tmp_path)) as opened:
        yield opened


def anyones() -> ssl.SSLContext:
    """A client that takes whatever is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def shown(line: Any) -> str:
    """To whom the certificate of an open connection is made out."""
    told = line.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    subject = x509.load_der_x509_certificate(told).subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


async def test_the_page_comes_by_tls_and_stays_there(door: Doors):
    """To whoever trusts the certificate; with HSTS, which plain HTTP must not have."""
    trusting = ssl.create_default_context(cafile=str(door.app.state.settings.tls_cert))
    async with httpx.AsyncClient(verify=trusting) as http:
        page = await http.get(door.url("/", scheme="https"))
        assert page.status_code == 200
        assert page.headers["strict-transport-security"].startswith("max-age=")
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.TransportError):
            await http.get(door.url("/"))


async def test_a_new_certificate_is_shown_without_dropping_anybody(door: Doors, tmp_path: Path):
    """A new handshake shows it; an open connection lives on with the old one."""
    url = door.url("/door", scheme="wss")
    async with connect(url, ssl=anyones()) as old:
        assert await old.recv() == "anybody any session"
        assert shown(old) == "first"
        write_certificate(tmp_path, "second")
        async with connect(url, ssl=anyones()) as new:
            assert shown(new) == "second"
            await (await old.ping())
            await (await new.ping())
        async with connect(url, ssl=anyones(), server_hostname="localhost") as named:
            assert shown(named) == "second"


async def test_files_that_cannot_be_used_change_nothing(door: Doors, tmp_path: Path):
    """Half replaced, broken or gone: the last good certificate is shown until they are right."""
    url, others = door.url("/door", scheme="wss"), tmp_path / "others"
    others.mkdir()
    write_certificate(others, "second")

    async def now_shown() -> str:
        async with connect(url, ssl=anyones()) as line:
            return shown(line)

    shutil.copy(others / "cert.pem", tmp_path / "cert.pem")
    assert await now_shown() == "first"
    (tmp_path / "key.pem").write_text("no key")
    assert await now_shown() == "first"
    (tmp_path / "key.pem").unlink()
    assert await now_shown() == "first"
    shutil.copy(others / "key.pem", tmp_path / "key.pem")
    assert await now_shown() == "second"


def test_old_tls_is_refused(tmp_path: Path):
    """1.2 at least."""
    write_certificate(tmp_path, "first")
    context = Certificates(tmp_path / "cert.pem", tmp_path / "key.pem").context()
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "cert.pem").unlink(), r"TURNWISE_TLS_CERT: .* cannot be read"),
        (lambda folder: (folder / "key.pem").unlink(), r"TURNWISE_TLS_KEY: .* cannot be read"),
        (lambda folder: _replaced(folder / "key.pem", b"-----BEGIN"), r"name PEM files"),
        (lambda folder: _replaced(folder / "cert.pem", b"\xff\xfe\0"), r"name PEM files"),
        (lambda folder: write_certificate(folder, "x", passphrase=b"word"), r"passphrase"),
        (lambda folder: _mixed(folder), r"is not the key of"),
        (lambda folder: _folder(folder / "key.pem"), r"TURNWISE_TLS_KEY: .* cannot be read"),
    ],
    ids=["no certificate", "no key", "half a key", "no text", "locked", "mismatch", "a folder"],
)
def test_files_that_cannot_be_used_are_told_in_a_line(tmp_path: Path, spoil: Any, says: str):
    """Before anything is served, with what to do."""
    write_certificate(tmp_path, "first")
    spoil(tmp_path)
    with pytest.raises(CannotStart, match=says) as told:
        Certificates(tmp_path / "cert.pem", tmp_path / "key.pem")
    assert "\n" not in str(told.value)


def _replaced(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _mixed(folder: Path) -> None:
    key = (folder / "key.pem").read_bytes()
    write_certificate(folder, "another")
    (folder / "key.pem").write_bytes(key)

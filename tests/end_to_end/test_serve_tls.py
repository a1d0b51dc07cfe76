"""`runner.py serve` with TLS, as an operator starts it."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.bot.certificates import write_certificate
from tests.end_to_end.conftest import ROOT
from tests.end_to_end.test_command_line import assert_one_line, run

pytestmark = pytest.mark.slow


def test_a_certificate_that_cannot_be_used_is_told_in_a_line(tmp_path: Path):
    """Nothing is served without it; half of the two is not enough."""
    write_certificate(tmp_path, "desk")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    both = ("serve", "--tls-cert", cert, "--tls-key")
    assert_one_line(run(*both, cert, data=tmp_path), "cert.pem", "certificate and its key")
    assert_one_line(run(*both, tmp_path / "nowhere", data=tmp_path), "nowhere", "cannot be read")
    alone = run("serve", "--tls-key", key, data=tmp_path)
    assert_one_line(alone, "TURNWISE_TLS_CERT")


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """The command, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "runner.py", "serve", "--port", str(port),
         "--tls-cert", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")],
        cwd=ROOT,
        env={**os.environ, "TURNWISE_DATA": str(folder / "data")},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def connected(port: int) -> ssl.SSLSocket:
    """A handshake, once the server listens; pytest's own limit ends the waiting."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    while True:
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            continue
        return context.wrap_socket(line)


def shown(line: ssl.SSLSocket) -> str:
    """To whom its certificate is made out."""
    subject = x509.load_der_x509_certificate(line.getpeercert(binary_form=True) or b"").subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def asked(line: ssl.SSLSocket) -> bytes:
    """The server's answer to a request that leaves the connection open."""
    line.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = b""
    while not answer.endswith(b"}}"):  # the last of the body
        part = line.recv(65536)
        assert part, "closed"
        answer += part
    return answer


def test_a_certificate_is_renewed_while_the_server_runs(data_folder: Path, tmp_path: Path):
    """What was connected stays; HSTS is on what it is told."""
    (tmp_path / "data").symlink_to(data_folder)
    write_certificate(tmp_path, "first")
    with served(tmp_path) as port, connected(port) as old:
        assert shown(old) == "first"
        assert b"strict-transport-security" in asked(old).lower()
        write_certificate(tmp_path, "second")
        with connected(port) as new:
            assert shown(new) == "second"
            assert asked(new).startswith(b"HTTP/1.1 200")
        assert asked(old).startswith(b"HTTP/1.1 200")

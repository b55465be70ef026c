"""HTTP: kept connections, one deadline for all, TLS roots."""

import socket
import ssl
import subprocess
import threading
import time

import pytest
from fake_services import DROP, HANG
from patient_lambda_aws.tls import ROOTS, Tls
from patient_lambda_aws.transport import Transport, TransportError


def ask(transport, url, budget=5000, **more):
    return transport.request("POST", url, {"x": "y"}, b"body", budget, **more)


def test_a_connection_is_used_again(server):
    service = server(lambda *_: (200, {"a": 1}))
    transport = Transport({})
    for _ in range(3):
        assert ask(transport, service.url).body == b'{"a": 1}'
    assert service.connections == 1


def test_a_fresh_connection_is_not_a_kept_one(server):
    service = server(lambda *_: (200, {}))
    transport = Transport({})
    ask(transport, service.url)
    ask(transport, service.url, fresh=True)
    assert service.connections == 2


def test_a_connection_that_was_idle_through_a_freeze_is_not_used_again(server, monkeypatch):
    service = server(lambda *_: (200, {}))
    transport = Transport({})
    ask(transport, service.url)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    ask(transport, service.url)
    assert service.connections == 2


@pytest.mark.parametrize("fault", [DROP, HANG, (200, b"{", 100)], ids=["dropped", "hanging", "truncated"])
def test_an_incomplete_response_is_an_error(server, fault):
    with pytest.raises(TransportError, match="127.0.0.1"):
        ask(Transport({}), server(lambda *_: fault).url, budget=100)


def test_a_response_that_trickles_does_not_outlast_the_deadline():
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def trickle():
        connection, _ = listener.accept()
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        while not stop.wait(0.02):
            try:
                connection.sendall(b"x")
            except OSError:
                break
        connection.close()

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        with pytest.raises(TransportError):
            ask(Transport({}), f"http://127.0.0.1:{listener.getsockname()[1]}", budget=200)
    finally:
        stop.set()
        thread.join()
        listener.close()


def test_a_closed_port_is_an_error():
    probe = socket.create_server(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    with pytest.raises(TransportError, match="refused"):
        ask(Transport({}), f"http://127.0.0.1:{port}")


def test_other_schemes_are_refused():
    with pytest.raises(TransportError, match="not an http or https URL"):
        ask(Transport({}), "ftp://127.0.0.1/x")


def test_the_roots_are_amazons():
    context = ssl.create_default_context(cafile=ROOTS)
    subjects = {dict(part for name in root["subject"] for part in name)["commonName"] for root in context.get_ca_certs()}
    assert subjects == {f"Amazon Root CA {number}" for number in range(1, 5)} | {"Starfield Services Root Certificate Authority - G2"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    path = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            str(path / "key.pem"),
            "-out",
            str(path / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    return path


@pytest.fixture
def tls_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(raw, server_side=True) as connection:
                    received = b""
                    while not received.endswith(b"body"):
                        received += connection.recv(1000)
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://localhost:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_where_amazons_roots_do_not_verify_the_systems_bundle_does(tls_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
    assert ask(Transport({}), tls_server).body == b"ok"


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server, monkeypatch, tmp_path):
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with pytest.raises(TransportError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(Transport({}), tls_server)


def test_a_bundle_that_is_configured_is_the_one_that_counts(tls_server, certificate):
    assert ask(Transport({"AWS_CA_BUNDLE": str(certificate / "certificate.pem")}), tls_server).body == b"ok"
    assert Tls({"AWS_CA_BUNDLE": "x"}).trust_system() is False

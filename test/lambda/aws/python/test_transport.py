"""HTTP: kept connections, one deadline for all, TLS roots."""

import itertools
import socket
import ssl
import subprocess
import threading

import pytest
from fake_services import DROP, HANG
from patient_lambda_aws import sockets
from patient_lambda_aws.tls import ROOTS, Tls
from patient_lambda_aws.transport import Transport, TransportError
from patient_lambda_python.taken import Clock


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
    real = Clock.wall
    monkeypatch.setattr(Clock, "wall", lambda: real() + 3600)
    ask(transport, service.url)
    assert service.connections == 2


@pytest.mark.parametrize("fault", [DROP, HANG, (200, b"{", 100)], ids=["dropped", "hanging", "truncated"])
def test_an_incomplete_response_is_an_error(server, fault):
    with pytest.raises(TransportError, match="127.0.0.1"):
        ask(Transport({}), server(lambda *_: fault).url, budget=100)


@pytest.fixture
def raw_server():
    """Starts servers that answer each connection's first request as told, in bytes; all are gone afterwards."""
    running = []

    def start(answer):
        listener, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()

        def serve():
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                try:
                    answer(connection, stop)
                except OSError:
                    pass
                finally:
                    connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        running.append((listener, stop, thread))
        return f"://localhost:{listener.getsockname()[1]}"

    yield start
    for listener, stop, thread in running:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def dripping(text, after=b""):
    """A server that sends one part at once, and of the rest a byte at a time for as long as anybody listens."""

    def answer(connection, stop):
        connection.recv(1000)
        connection.sendall(after)
        for byte in itertools.cycle(text):
            if stop.wait(0.01):
                return
            connection.sendall(bytes([byte]))

    return answer


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        dripping(b"x", HEAD + b"content-length: 100000\r\n\r\n"),
        dripping(b"a: b\r\n", HEAD),
        dripping(HEAD[:-2] + b" "),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(b"1\r\nx\r\n", HEAD + b"transfer-encoding: chunked\r\n\r\n"),
        dripping(b"t: x\r\n", HEAD + b"transfer-encoding: chunked\r\n\r\n0\r\n"),
        dripping(b"x", HEAD + b"\r\n"),
    ],
    ids=["body", "headers", "status", "interim", "chunks", "trailers", "to the end"],
)
def test_a_response_that_drips_does_not_outlast_the_deadline(raw_server, answer):
    with pytest.raises(TransportError, match="timed out"):
        ask(Transport({}), "http" + raw_server(answer), budget=200)


def test_a_handshake_that_drips_does_not_outlast_the_deadline(raw_server):
    record = b"\x16\x03\x03\x40\x00"  # of 16 KB, which never are there
    with pytest.raises(TransportError, match="timed out"):
        ask(Transport({}), "https" + raw_server(dripping(b"\x02", record)), budget=200)


def test_a_request_that_nobody_takes_does_not_outlast_the_deadline(raw_server):
    with pytest.raises(TransportError, match="timed out"):
        Transport({}).request("POST", "http" + raw_server(lambda connection, stop: stop.wait(10)), {}, b"x" * 50_000_000, 200)


def test_a_name_that_is_looked_up_for_long_does_not_outlast_the_deadline(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(sockets, "getaddrinfo", lambda *arguments: release.wait(10))
    try:
        with pytest.raises(TransportError, match="slow.invalid: timed out while its name was looked up"):
            ask(Transport({}), "http://slow.invalid", budget=50)
    finally:
        release.set()


def saying(*pieces):
    """A server that answers so, and then closes."""

    def answer(connection, stop):
        connection.recv(1000)
        for piece in pieces:
            connection.sendall(piece)
            stop.wait(0.01)

    return answer


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([HEAD, b"Content-Length: 2\r", b"\n\r", b"\no", b"k"], b"ok"),
        ([HEAD + b"Transfer-Encoding: Chunked\r\n\r\n", b"1;x=y\r\no\r\n01\r", b"\nk\r\n0\r\n", b"T: x\r\n\r\n"], b"ok"),
        ([HEAD + b"\r\no", b"k"], b"ok"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"content-length: 2\r\n\r\nok"], b"ok"),
        ([HEAD + b"content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"], b"ok"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b""),
    ],
    ids=["length", "chunks", "to the end", "interim", "chunks and a length", "none"],
)
def test_a_body_ends_where_its_head_says(raw_server, pieces, body):
    assert ask(Transport({}), "http" + raw_server(saying(*pieces))).body == body


@pytest.mark.parametrize(
    "piece",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        HEAD + b"content-length: two\r\n\r\nok",
        HEAD + b"transfer-encoding: chunked\r\n\r\nx\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\no",
        HEAD + b"a: " + b"x" * 100_000,
    ],
    ids=["other protocol", "no status", "no length", "no chunk", "half a chunk", "no end"],
)
def test_what_is_not_http_is_an_error(raw_server, piece):
    with pytest.raises(TransportError, match="localhost: "):
        ask(Transport({}), "http" + raw_server(saying(piece)))


def test_headers_are_found_whatever_their_case(raw_server):
    answered = ask(Transport({}), "http" + raw_server(saying(HEAD + b"X-Amzn-ErrorType:  E \r\nContent-Length: 0\r\n\r\n")))
    assert answered.headers["x-amzn-errortype"] == "E"


def test_a_line_break_in_a_header_is_not_sent(server):
    service = server(lambda *_: (200, {}))
    with pytest.raises(TransportError, match="line break"):
        Transport({}).request("POST", service.url, {"x": "a\r\nb: c"}, b"", 5000)
    assert service.requests == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://", "http://\xe4.example"])
def test_a_url_without_a_place_is_an_error(url):
    with pytest.raises(TransportError):
        ask(Transport({}), url)


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


def test_a_trusted_certificate_of_another_host_is_refused(tls_server, certificate):
    transport = Transport({"AWS_CA_BUNDLE": str(certificate / "certificate.pem")})
    with pytest.raises(TransportError, match="CERTIFICATE_VERIFY_FAILED.*127.0.0.1"):
        ask(transport, tls_server.replace("localhost", "127.0.0.1"))

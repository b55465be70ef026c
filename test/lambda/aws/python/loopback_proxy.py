"""A proxy on a loopback port, as companies have it, and TLS to put behind it."""

import socket
import ssl
import subprocess
import threading
from urllib.parse import urlsplit


def certificate_for(path, *names):
    """Key and certificate in one file, for these names and loopback; it vouches for itself."""
    alternatives = ",".join(["DNS:localhost", "IP:127.0.0.1", *(f"DNS:{name}" for name in names)])
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", "/CN=loopback", "-addext", f"subjectAltName={alternatives}"]
    files = ["-keyout", f"{path}.key", "-out", str(path)]
    subprocess.run(["openssl", "req", "-x509", *curve, "-days", "2", *subject, *files], check=True, capture_output=True)
    return path


class Listener:
    """Accepts connections, each in a thread of its own; with a certificate, by TLS."""

    def __init__(self, certificate=None):
        self.connections = 0
        self._context = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate, f"{certificate}.key")
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def serve(self, connection):
        raise NotImplementedError

    def connect(self, port):
        return self._keep(socket.create_connection(("127.0.0.1", port)))

    def join(self, one, other):
        """Each gets what the other sends, and ends with it."""
        threading.Thread(target=_copy, args=(one, other), daemon=True).start()
        _copy(other, one)

    def close(self):
        if self._listener.fileno() < 0:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _keep(self, connection):
        self._open.append(connection)
        return connection

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._served, args=(self._keep(connection),), daemon=True).start()

    def _served(self, connection):
        try:
            if self._context is not None:
                connection = self._keep(self._context.wrap_socket(connection, server_side=True))
            with connection:
                self.serve(connection)
        except OSError:
            pass


class TlsFront(Listener):
    """TLS in front of a plain server."""

    def __init__(self, certificate, port):
        self._port = port
        super().__init__(certificate)

    def serve(self, connection):
        self.join(connection, self.connect(self._port))


class LoopbackProxy(Listener):
    """``places``: ports of this machine by host name, for nothing else is looked up. ``asked``: first line and headers of each request.

    ``fault``, what everybody gets: "hang" never answers, "drop" closes the connection, "half" closes it within the head of its answer,
    "cut" closes the tunnel when the first bytes come, "early" opens the tunnel and sends bytes of its own, "drip" never ends its head;
    otherwise a status.
    """

    def __init__(self, places, certificate=None, fault=None):
        self.places = places
        self.fault = fault
        self.asked = []
        self._released = threading.Event()
        super().__init__(certificate)

    def serve(self, connection):
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            if not piece:
                return
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.asked.append((first, headers))
        method, target, _ = first.split(" ")
        if self.fault is None and method == "CONNECT":
            other = self.connect(self.places[target.rpartition(":")[0]])
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nvia: loopback\r\n\r\n")
            self.join(connection, other)
        elif self.fault is None:
            url = urlsplit(target)
            sent_on = [f"{method} {url.path} HTTP/1.1", *(line for line in lines if not line.lower().startswith("proxy-")), "", ""]
            other = self.connect(self.places[url.hostname])
            other.sendall("\r\n".join(sent_on).encode() + body)
            self.join(connection, other)
        elif isinstance(self.fault, int):
            connection.sendall(b"HTTP/1.1 %d No\r\ncontent-length: 6\r\n\r\n<html>" % self.fault)
            connection.recv(1)  # until it is read
        elif self.fault == "half":
            connection.sendall(b"HTTP/1.1 200 Connec")
        elif self.fault == "early":
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
            connection.recv(1)
        elif self.fault == "cut":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            connection.recv(1)
        elif self.fault == "hang":
            self._released.wait(10)
        elif self.fault == "drip":
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not self._released.wait(0.01):
                connection.sendall(b"x: y\r\n")

    def close(self):
        self._released.set()
        super().close()


def _copy(one, other):
    try:
        while piece := one.recv(65536):
            other.sendall(piece)
    except OSError:
        pass
    finally:
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

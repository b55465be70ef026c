"""Calls through a real proxy on loopback, to TLS that nobody could find without it."""

import base64
import json
import traceback

import pytest
from fake_services import wall_clock
from loopback_proxy import LoopbackProxy, TlsFront, certificate_for
from patient_lambda_aws.client import AwsClient, AwsError

HOST = "ssm.us-east-1.amazonaws.com"
PLACE = f"{HOST}:443"
BASIC = "Basic " + base64.b64encode(b"user:se cret").decode()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """The service's, the proxy's, and both as a bundle."""
    folder = tmp_path_factory.mktemp("tls")
    own, proxys, bundle = certificate_for(folder / "own.pem", HOST), certificate_for(folder / "proxy.pem"), folder / "bundle.pem"
    bundle.write_text(own.read_text() + proxys.read_text())
    return own, proxys, bundle


@pytest.fixture
def world(server, certificates, environment):
    made = World(server, certificates, environment)
    yield made
    made.close()


class World:
    """A service, TLS in front of it, and proxies that lead there."""

    def __init__(self, server, certificates, environment):
        self.own, self.proxys, self.bundle = certificates
        self.reply = {"found": True}
        self.service = server(lambda *_: (200, self.reply))
        self._running = []
        self.front = self.start_front()
        self.places = {HOST: self.front.port, "plain.example": self.port}
        self._environment = environment
        self.proxy = self.start_proxy()

    @property
    def port(self):
        return int(self.service.url.rpartition(":")[2])

    def start_front(self):
        self._running.append(TlsFront(self.own, self.port))
        return self._running[-1]

    def start_proxy(self, **more):
        self._running.append(LoopbackProxy(self.places, **more))
        return self._running[-1]

    def at(self, secret=""):
        return f"http://{secret}127.0.0.1:{self.proxy.port}"

    def client(self, **variables):
        trusted = {"AWS_CA_BUNDLE": str(self.bundle)}
        return AwsClient({**self._environment, **trusted, **(variables or {"HTTPS_PROXY": self.at()})}, wall_clock)

    def close(self):
        for running in self._running:
            running.close()


def ask(client, budget=5000, **more):
    return client.call_once("ssm", "GetParameters", {"Names": ["a"]}, budget, **more)


def test_a_call_goes_through_a_tunnel_encrypted_and_signed_for_the_service_itself(world):
    assert ask(world.client()) == {"found": True}
    assert world.proxy.asked == [(f"CONNECT {PLACE} HTTP/1.1", {"host": PLACE})]
    ((_, body, headers, _),) = world.service.requests
    assert json.loads(body) == {"Names": ["a"]}
    assert headers["host"] == HOST
    assert "proxy-authorization" not in headers


def test_a_tunnel_is_used_again(world):
    client = world.client()
    for _ in range(3):
        ask(client)
    assert (len(world.proxy.asked), world.proxy.connections, world.front.connections) == (1, 1, 1)


def test_a_fresh_connection_is_not_a_kept_tunnel(world):
    client = world.client()
    ask(client)
    ask(client, fresh=True)
    assert (len(world.proxy.asked), world.front.connections) == (2, 2)


def test_the_user_name_and_password_are_for_the_proxy_alone(world):
    ask(world.client(HTTPS_PROXY=world.at("user:se%20cret@")))
    assert world.proxy.asked == [(f"CONNECT {PLACE} HTTP/1.1", {"host": PLACE, "proxy-authorization": BASIC})]
    assert BASIC not in str(world.service.requests[0][2])


def test_a_plain_endpoint_is_asked_for_by_its_whole_url_over_kept_connections(world):
    client = world.client(AWS_ENDPOINT_URL="http://plain.example:8000", HTTP_PROXY=world.at("user:se%20cret@"))
    ask(client)
    ask(client)
    first, headers = world.proxy.asked[0]
    assert first == "POST http://plain.example:8000/ HTTP/1.1"
    assert (headers["host"], headers["proxy-authorization"]) == ("plain.example:8000", BASIC)
    assert (world.proxy.connections, len(world.service.requests)) == (1, 2)


def test_no_proxy_takes_the_way_without(world):
    ask(world.client(AWS_ENDPOINT_URL=world.service.url, HTTP_PROXY=world.at(), NO_PROXY="127.0.0.1"))
    assert (world.proxy.asked, len(world.service.requests)) == ([], 1)


def test_the_containers_credentials_are_never_asked_for_through_a_proxy(world):
    world.reply = {"AccessKeyId": "ASIA", "SecretAccessKey": "s"}
    keys = {"AWS_ACCESS_KEY_ID": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{world.service.url}/keys"}
    ask(world.client(HTTPS_PROXY=world.at(), HTTP_PROXY=world.at(), **keys))
    assert [first for first, _ in world.proxy.asked] == [f"CONNECT {PLACE} HTTP/1.1"]
    assert [path for _, _, _, path in world.service.requests] == ["/keys", "/"]


def test_a_proxy_that_is_asked_by_tls_has_tunnels_which_are_used_again(world):
    proxy = world.start_proxy(certificate=world.proxys)
    client = world.client(HTTPS_PROXY=f"https://user:se%20cret@localhost:{proxy.port}")
    ask(client)
    ask(client)
    assert proxy.asked == [(f"CONNECT {PLACE} HTTP/1.1", {"host": PLACE, "proxy-authorization": BASIC})]
    assert len(world.service.requests) == 2


def test_a_proxy_that_is_asked_by_tls_takes_whole_urls(world):
    proxy = world.start_proxy(certificate=world.proxys)
    ask(world.client(AWS_ENDPOINT_URL="http://plain.example:8000", HTTP_PROXY=f"https://localhost:{proxy.port}"))
    assert proxy.asked[0][0] == "POST http://plain.example:8000/ HTTP/1.1"


def test_a_proxy_that_is_asked_by_tls_is_verified(world):
    proxy = world.start_proxy(certificate=world.proxys)
    client = world.client(HTTPS_PROXY=f"https://user:secret@localhost:{proxy.port}", AWS_CA_BUNDLE=str(world.own))
    with pytest.raises(AwsError, match=f"{HOST} through the proxy localhost:{proxy.port} of HTTPS_PROXY: .*CERTIFICATE_VERIFY_FAILED"):
        ask(client)
    assert proxy.asked == []


FAULTS = {
    "refuses": (403, f"the proxy answered 403 to CONNECT {PLACE}: allow it there, or name the host in NO_PROXY"),
    "does not reach the service": (502, f"the proxy answered 502 to CONNECT {PLACE}"),
    "asks who it is": (407, "the proxy answered 407: it does not take the user name and password in HTTPS_PROXY"),
    "is silent": ("hang", "timed out"),
    "drips": ("drip", "timed out"),
    "closes the connection": ("drop", "the connection was closed before the response was whole"),
    "closes it within its answer": ("half", "the connection was closed before the response was whole"),
    "closes the tunnel": ("cut", ""),
    "sends a body of its own": ("early", f"the proxy sent a body of its own after CONNECT {PLACE}"),
}


@pytest.mark.parametrize(("fault", "message"), FAULTS.values(), ids=FAULTS)
def test_a_proxy_that_fails_is_named_without_its_password(world, fault, message):
    world.proxy.fault = fault
    client = world.client(HTTPS_PROXY=world.at("user:se%20cret@"))
    with pytest.raises(AwsError) as caught:
        ask(client, budget=200 if message == "timed out" else 5000)
    assert f"NetworkError: {HOST} through the proxy 127.0.0.1:{world.proxy.port} of HTTPS_PROXY: {message}" in str(caught.value)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert not any(secret in shown for secret in ("se%20cret", "se cret", BASIC))


PLAIN_FAULTS = {
    "asks who it is": (407, "NetworkError: plain.example through the proxy HERE of HTTP_PROXY: the proxy answered 407: it asks for a user name"),
    "refuses": (403, "HTTP 403: through the proxy HERE of HTTP_PROXY"),
    "does not reach the service": (502, "HTTP 502: through the proxy HERE of HTTP_PROXY"),
    "closes the connection": ("drop", "NetworkError: plain.example through the proxy HERE of HTTP_PROXY: "),
    "is silent": ("hang", "NetworkError: plain.example through the proxy HERE of HTTP_PROXY: timed out"),
}


@pytest.mark.parametrize(("fault", "message"), PLAIN_FAULTS.values(), ids=PLAIN_FAULTS)
def test_on_the_way_to_a_plain_endpoint_a_proxy_that_fails_is_named(world, fault, message):
    world.proxy.fault = fault
    client = world.client(AWS_ENDPOINT_URL="http://plain.example:8000", HTTP_PROXY=world.at())
    with pytest.raises(AwsError) as caught:
        ask(client, budget=200 if fault == "hang" else 5000)
    assert message.replace("HERE", f"127.0.0.1:{world.proxy.port}") in str(caught.value)


def test_a_proxy_that_is_not_there_is_named(world):
    world.proxy.close()
    with pytest.raises(AwsError, match="through the proxy .* of HTTPS_PROXY: .*refused"):
        ask(world.client())


def test_a_service_behind_the_tunnel_is_verified(world):
    with pytest.raises(AwsError, match="through the proxy .* of HTTPS_PROXY: .*CERTIFICATE_VERIFY_FAILED"):
        ask(world.client(HTTPS_PROXY=world.at(), AWS_CA_BUNDLE=str(world.proxys)))
    assert world.service.requests == []


def test_a_service_behind_the_tunnel_is_who_its_name_says(world):
    world.places["sqs.us-east-1.amazonaws.com"] = world.front.port
    with pytest.raises(AwsError, match="CERTIFICATE_VERIFY_FAILED.*sqs.us-east-1.amazonaws.com"):
        world.client().call_once("sqs", "SendMessage", {}, 5000)


def test_where_amazons_roots_do_not_verify_the_systems_bundle_does_through_a_tunnel_too(world, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(world.bundle))
    ask(world.client(HTTPS_PROXY=world.at(), AWS_CA_BUNDLE=""))
    assert len(world.service.requests) == 1


def test_a_variable_that_names_no_proxy_is_an_error_that_is_not_tried_again(world):
    client = world.client(HTTPS_PROXY="socks5://user:secret@proxy.example:1080")
    with pytest.raises(AwsError) as caught:
        client.call("ssm", "GetParameters", {}, wall_clock() + 5000)
    assert str(caught.value) == "ProxyError: HTTPS_PROXY names a proxy of the scheme 'socks5', where http and https are known"
    assert not caught.value.retryable


def test_a_tunnel_that_was_closed_is_replaced(world):
    client = world.client()
    ask(client)
    world.front.close()
    world.places[HOST] = world.start_front().port
    client.call("ssm", "GetParameters", {}, wall_clock() + 5000)
    assert len(world.proxy.asked) == 2

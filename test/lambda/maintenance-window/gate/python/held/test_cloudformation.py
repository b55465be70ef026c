"""Custom-resource requests inside a window."""

import json
import re

import pytest
from contract_files import contract_file
from fake_services import DROP, Clock, wall_clock
from loopback_proxy import LoopbackProxy
from patient_lambda_aws.client import AwsClient
from patient_lambda_gate.held.cloudformation import (
    NotDelivered,
    body_of,
    deliver,
    held_response,
    is_response_url,
    printable,
    shortened,
)

RULES = contract_file("cloudformation/answer")
REQUEST = {"StackId": "s", "RequestId": "r", "LogicalResourceId": "l"}


@pytest.mark.parametrize("vector", RULES["heldVectors"], ids=lambda vector: json.dumps(vector["request"]))
def test_held_response(vector):
    found = held_response({**REQUEST, **vector["request"]}, "why")
    assert {name: found[name] for name in vector["answer"]} == vector["answer"]
    assert (found["StackId"], found["RequestId"], found["LogicalResourceId"]) == ("s", "r", "l")
    assert found["Reason"] == ("" if vector["answer"]["Status"] == "SUCCESS" else "why")


@pytest.mark.parametrize("vector", RULES["reasonVectors"], ids=lambda vector: vector["name"])
def test_a_response_is_not_longer_than_cloudformation_takes(vector):
    reason = f"begin {vector['unit'] * vector['count']} end"
    found = held_response({**REQUEST, "RequestType": "Update", "PhysicalResourceId": "p" * 1024}, reason)
    assert RULES["responseBytes"]["most"] - 10 < len(body_of(found)) <= RULES["responseBytes"]["most"]
    assert re.fullmatch(r"begin .* \.\.\. .* end", found["Reason"])


@pytest.mark.parametrize("vector", RULES["cutVectors"], ids=lambda vector: f"{vector['text']} in {vector['mostBytes']} bytes")
def test_a_text_is_cut_by_the_rule(vector):
    assert shortened(vector["text"], lambda shown: len(shown.encode()) <= vector["mostBytes"]) == vector["cut"]


def test_no_byte_of_a_response_goes_to_an_escape_that_json_does_not_ask_for():
    assert body_of({"Reason": "ü", "Status": "FAILED"}) == '{"Reason":"ü","Status":"FAILED"}'.encode()


@pytest.mark.parametrize("vector", RULES["printableVectors"], ids=lambda vector: ascii(vector["text"]))
def test_a_reason_holds_what_cloudformation_can_show(vector):
    assert printable(vector["text"]) == vector["shown"]
    found = held_response({**REQUEST, "RequestType": "Create"}, vector["text"])
    assert json.loads(body_of(found))["Reason"] == vector["shown"]


@pytest.mark.parametrize("vector", RULES["urlVectors"], ids=lambda vector: f"{vector['url']} with {vector['environment']}")
def test_response_url(vector):
    assert is_response_url(vector["url"], vector["environment"]) is vector["allowed"]


def put(server, answers: list, milliseconds: float = 3000):
    service = server(lambda *_: answers.pop(0) if len(answers) > 1 else answers[0])
    pauses = []
    try:
        deliver(
            AwsClient({}, wall_clock),
            service.url + "/answer?signature=a%2Fb",
            {"Status": "FAILED"},
            wall_clock() + milliseconds,
            wall_clock,
            pauses.append,
        )
    finally:
        put.requests = service.requests


def test_a_response_is_put_with_an_empty_content_type(server):
    put(server, [(200, b"")])
    ((operation, body, headers, path),) = put.requests
    assert (operation, json.loads(body), headers["content-type"], path) == ("PUT", {"Status": "FAILED"}, "", "/answer?signature=a%2Fb")


@pytest.mark.parametrize("fault", [(500, b""), (503, b""), (429, b""), DROP], ids=["500", "503", "429", "dropped"])
def test_what_passes_is_put_again(server, fault):
    put(server, [fault, fault, (200, b"")])
    assert len(put.requests) == 3


@pytest.mark.parametrize("status", [403, 400, 302])
def test_what_does_not_pass_is_not_put_again(server, status):
    with pytest.raises(NotDelivered, match=str(status)):
        put(server, [(status, b"")])
    assert len(put.requests) == 1


def test_a_response_goes_through_the_environments_proxy(server):
    service = server(lambda *_: (200, b""))
    proxy = LoopbackProxy({"127.0.0.1": int(service.url.rpartition(":")[2])})
    try:
        client = AwsClient({"HTTP_PROXY": f"http://127.0.0.1:{proxy.port}"}, wall_clock)
        deliver(client, service.url + "/answer", {}, wall_clock() + 3000, wall_clock, lambda seconds: None)
        assert [first for first, _ in proxy.asked] == [f"PUT {service.url}/answer HTTP/1.1"]
    finally:
        proxy.close()


def test_a_variable_that_names_no_proxy_ends_the_delivery():
    client = AwsClient({"HTTPS_PROXY": "socks5://proxy.example"}, wall_clock)
    with pytest.raises(NotDelivered, match="HTTPS_PROXY names a proxy of the scheme 'socks5'"):
        deliver(client, "https://answers.example", {}, wall_clock() + 3000, wall_clock, lambda seconds: None)


def test_a_response_that_cannot_be_delivered_ends_in_time(server):
    clock = Clock()

    def unavailable(*_):
        clock.now += 1_000
        return 503, b""

    service = server(unavailable)
    with pytest.raises(NotDelivered, match="503"):
        deliver(AwsClient({}, wall_clock), service.url, {}, clock.now + 2_500, clock, lambda seconds: None)
    assert len(service.requests) == 3

"""Which proxy a call goes through: the vectors, and that they are the rules of Python's own, which boto3 follows."""

import urllib.request

import pytest
from contract_files import contract_file
from patient_lambda_aws.proxy import Proxies, Proxy, ProxyError, place_of

CONTRACT = contract_file("aws/proxy.vectors")
VECTORS = CONTRACT["vectors"]


def named(vectors):
    return {"argvalues": vectors, "ids": [vector.get("name") for vector in vectors]}


@pytest.mark.parametrize("vector", **named([vector for vector in VECTORS if "proxy" in vector]))
def test_vector(vector):
    found = Proxies(vector["environment"]).of(vector["url"])
    expected = vector["proxy"]
    assert (found is None) == (expected is None)
    if found is not None:
        assert (found.variable, found.scheme, found.hostname, found.port) == tuple(expected[name] for name in ("variable", "scheme", "host", "port"))
        assert found.authorization == expected.get("authorization")


@pytest.mark.parametrize("vector", **named([vector for vector in VECTORS if "error" in vector]))
def test_what_cannot_be_used_is_named_without_its_value(vector):
    with pytest.raises(ProxyError) as caught:
        Proxies(vector["environment"]).of(vector["url"])
    assert str(caught.value) == vector["error"]
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("vector", **named(VECTORS))
def test_the_rules_are_those_of_pythons_own_library(vector, monkeypatch):
    for name in CONTRACT["variables"]:
        monkeypatch.delenv(name, raising=False)
    for name, value in vector["environment"].items():
        monkeypatch.setenv(name, value)
    scheme, _, netloc = vector["url"].partition("://")
    place = netloc if netloc.rpartition(":")[2].isdigit() else f"{netloc}:443"  # with the port that the scheme implies
    proxies = urllib.request.getproxies_environment()
    expected = None if urllib.request.proxy_bypass_environment(place, proxies) else proxies.get(scheme)
    try:
        found = Proxies(vector["environment"]).of(vector["url"])
    except ProxyError:
        assert expected
        return
    assert (found is None) == (expected is None)
    if found is not None:
        assert vector["environment"][found.variable] == expected


@pytest.mark.parametrize("vector", CONTRACT["refusalVectors"], ids=lambda vector: f"{vector['status']}, authorized: {vector['authorized']}")
def test_a_proxy_that_refuses(vector):
    proxy = Proxy(vector["variable"], "http", "proxy.example", 3128, "Basic eA==" if vector["authorized"] else None)
    assert proxy.refusal(vector["status"], CONTRACT["place"]) == vector["message"]


def test_calls_by_one_variable_share_what_they_go_through_and_so_their_connections():
    proxies = Proxies({"HTTPS_PROXY": "http://proxy.example:3128"})
    assert proxies.of("https://ssm.example") is proxies.of("https://sqs.example")


def test_what_is_not_a_url_is_left_to_whoever_sends_to_it():
    assert Proxies({"HTTPS_PROXY": "http://proxy.example:3128"}).of("https://host:port") is None


def test_an_ipv6_address_is_in_brackets_where_a_port_follows():
    assert place_of("::1", 443) == "[::1]:443"

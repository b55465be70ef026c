"""URLs in their parts, as Python's own module has them."""

import urllib.parse

import pytest
from patient_lambda_python.urls import quote, urlsplit

URLS = [
    "https://ssm.us-east-1.amazonaws.com",
    "http://127.0.0.1:8000",
    "http://localhost:8000/a/b?c=d&e=%2F#f",
    "HTTPS://User:pass@Host.Example:443?x",
    "http://[::1]:4566/p",
    "https://host/?",
    "not a url",
    "",
]


@pytest.mark.parametrize("url", URLS)
def test_parts_are_those_of_the_standard_library(url):
    ours, theirs = urlsplit(url), urllib.parse.urlsplit(url)
    for name in ("scheme", "netloc", "path", "query", "hostname", "port"):
        assert getattr(ours, name) == getattr(theirs, name), name


@pytest.mark.parametrize("url", ["http://host:port", "http://host:99999", "http://host:-1", "http://host:1a/"])
def test_what_is_not_a_port_is_refused(url):
    with pytest.raises(ValueError):
        urlsplit(url)


@pytest.mark.parametrize("text", ["/a b/ä~%20", "/", "/x=y&z"])
def test_what_is_not_safe_is_encoded(text):
    assert quote(text, "/%") == urllib.parse.quote(text, safe="/%~")

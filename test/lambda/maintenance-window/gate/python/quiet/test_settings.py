"""What the construct sets; a value that cannot be meant stops the function instead of running it unprotected."""

import json

import pytest
from contract_files import contract_file
from patient_lambda_gate.quiet.errors import GateNotAttached
from patient_lambda_gate.quiet.settings import Settings

NAMES = contract_file("names")["environment"]


def test_defaults(environment):
    del environment["PATIENT_LAMBDA_CACHE_TTL"]
    settings = Settings(environment)
    assert (settings.cache_ttl, settings.lead_time, settings.duplicate_check_for, settings.fifo_visibility_timeout, settings.keep_finished) == (
        30_000,
        0,
        900_000,
        1_800_000,
        1_209_600_000,
    )
    assert (settings.planned_parameter, settings.on_window_unknown, settings.loads_after_check, settings.deferral) == (None, "RUN", True, {})
    assert settings.on_unknown_client == "FAIL"


@pytest.mark.parametrize("name", ["operatorParameter", "table", "functionKey"])
def test_what_is_needed_is_named(environment, name):
    environment[NAMES[name]] = ""
    with pytest.raises(GateNotAttached, match=NAMES[name]):
        Settings(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cacheTtl", "0"),
        ("cacheTtl", "1.5"),
        ("cacheTtl", "soon"),
        ("cacheTtl", "-1"),
        ("cacheTtl", "١"),
        ("fifoVisibilityTimeout", "39601"),
        ("keepFinished", "60"),
        ("onWindowUnknown", "run"),
        ("onUnknownClient", "true"),
        ("windowSource", "SSM"),
        ("handlerLoading", "LATER"),
        ("deferral", "[]"),
        ("deferral", "{"),
    ],
)
def test_bad_values_are_named_with_their_variable(environment, name, value):
    environment[NAMES[name]] = value
    with pytest.raises(GateNotAttached) as raised:
        Settings(environment)
    assert NAMES[name] in str(raised.value) and f"'{value}'" in str(raised.value)


@pytest.mark.parametrize("deferral", ['{"s4":"DEFER"}', '{"s3":"LEAVE"}', '{"s3":["DEFER"]}', '{"s3":null}', "null", '"RUN"', "[" * 2000])
def test_a_deferral_that_is_not_possible_is_refused(environment, deferral):
    with pytest.raises(GateNotAttached) as raised:
        Settings({**environment, NAMES["deferral"]: deferral})
    expected = "a JSON object of event source to an action that is possible for it"
    assert str(raised.value) == f"the environment variable PATIENT_LAMBDA_DEFERRAL is '{deferral[:120]}': expected {expected}"


def test_a_deferral_that_is_possible_is_taken(environment):
    deferral = Settings({**environment, NAMES["deferral"]: '{"s3":"RUN","sqs-fifo":"DEFER"}'}).deferral
    assert deferral == {"s3": "RUN", "sqs-fifo": "DEFER"}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, True), ({"PATIENT_LAMBDA_HANDLER_LOADING": "AT_ONCE"}, False), ({"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}, False)],
    ids=["by default", "at once", "snapshot"],
)
def test_user_code_waits_for_the_window_but_not_in_a_snapshot(environment, variables, expected):
    assert Settings({**environment, **variables}).loads_after_check is expected


def test_managed_instances_are_refused_whatever_their_limit(environment):
    refusal = "^Lambda Managed Instances run several invocations at once in one environment, which is not supported yet$"
    for variables in ({**environment, "AWS_LAMBDA_MAX_CONCURRENCY": "1"}, {"AWS_LAMBDA_MAX_CONCURRENCY": "4"}):
        with pytest.raises(GateNotAttached, match=refusal):
            Settings(variables)
    assert Settings({**environment, "AWS_LAMBDA_MAX_CONCURRENCY": ""}).table == "events"


WINDOW = "/cdk-patient-lambda/windows/orders/Database/operator"


@pytest.mark.parametrize(
    ("parameter", "source", "table"),
    [
        (WINDOW, "", "cdk-patient-lambda-windows-orders"),
        (WINDOW, "MIRROR", "cdk-patient-lambda-windows-orders"),
        (WINDOW, "PARAMETER_STORE", None),
        ("/company/orders/operator", "MIRROR", None),
    ],
    ids=["by default", "mirror", "Parameter Store", "a parameter of somebody's own"],
)
def test_the_mirror_is_that_of_the_windows_stack_unless_parameter_store_is_to_be_read(environment, parameter, source, table):
    settings = Settings({**environment, NAMES["operatorParameter"]: parameter, NAMES["windowSource"]: source})
    assert settings.mirror_table == table


REJECTION = (
    "a JSON object of at most 2048 bytes with statusCode (400 to 599), headers (each name once, values in ASCII) and body (text), or some of them"
)
ALWAYS_RUN = (
    "a JSON list of 1 to 20 patterns in at most 2048 bytes, each a method in capitals or *, one space, "
    "and a path that begins with / and has * at its end or nowhere"
)


def test_options_of_http_sources_are_not_there_by_default(environment):
    settings = Settings(environment)
    assert (settings.rejection, settings.always_run, settings.streaming) == (None, [], {})


def test_what_streams_is_taken_as_it_is(environment):
    streaming = {"function-url": ["$LATEST", "live"], "api-gateway-rest": []}
    assert Settings({**environment, NAMES["streaming"]: json.dumps(streaming)}).streaming == streaming


@pytest.mark.parametrize("value", ["{", "[]", '{"alb":[]}', '{"function-url":"live"}', '{"function-url":[1]}'])
def test_what_streams_not_told_so_is_refused_by_name(environment, value):
    expected = "a JSON object in at most 2048 bytes of function-url and api-gateway-rest, or one of them, to a list of qualifiers"
    with pytest.raises(GateNotAttached) as raised:
        Settings({**environment, NAMES["streaming"]: value})
    assert str(raised.value) == f"the environment variable PATIENT_LAMBDA_STREAMING is '{value}': expected {expected}"


def test_options_of_http_sources_are_taken_as_they_are(environment):
    rejection = {"statusCode": 429, "headers": {"Access-Control-Allow-Origin": "*", "x_y": ""}, "body": "é {until}"}
    patterns = ["* /health", "GET /*", "HEAD /a b"]
    variables = {NAMES["rejection"]: json.dumps(rejection, ensure_ascii=False), NAMES["alwaysRun"]: json.dumps(patterns)}
    settings = Settings({**environment, **variables})
    assert (settings.rejection, settings.always_run) == (rejection, patterns)
    found = Settings({**environment, NAMES["rejection"]: '{"statusCode":4e2}'}).rejection
    assert json.dumps(found) == '{"statusCode": 400}'


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "null",
        "[]",
        '"x"',
        '{"status":503}',
        '{"statusCode":399}',
        '{"statusCode":600}',
        '{"statusCode":503.5}',
        '{"statusCode":"503"}',
        '{"statusCode":true}',
        '{"statusCode":null}',
        '{"headers":[]}',
        '{"headers":null}',
        '{"headers":{"a b":"c"}}',
        '{"headers":{"":"c"}}',
        '{"headers":{"é":"c"}}',
        '{"headers":{"A":"1","a":"2"}}',
        '{"headers":{"A":1}}',
        r'{"headers":{"A":"b\r\nSet-Cookie: c"}}',
        '{"headers":{"A":"é"}}',
        '{"body":null}',
        '{"body":{}}',
        '{"statusCode":NaN}',
        '{"statusCode":1e999}',
        "[" * 2000,
        '{"body":"' + "é" * 1025 + '"}',
    ],
)
def test_a_rejection_that_cannot_be_meant_is_refused_by_name(environment, value):
    with pytest.raises(GateNotAttached) as raised:
        Settings({**environment, NAMES["rejection"]: value})
    assert str(raised.value) == f"the environment variable PATIENT_LAMBDA_REJECTION is '{value[:120]}': expected {REJECTION}"


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "null",
        "{}",
        '"GET /"',
        "[]",
        "[1]",
        '["/health"]',
        '["GET"]',
        '["GET health"]',
        '["GET  /"]',
        '["get /"]',
        '["** /"]',
        '["GET,POST /"]',
        '["GET /*/a"]',
        '["GET /a**"]',
        '[" /a"]',
        json.dumps(["GET /"] * 21),
        json.dumps(["GET /" + "a" * 2048]),
    ],
)
def test_patterns_that_cannot_be_meant_are_refused_by_name(environment, value):
    with pytest.raises(GateNotAttached) as raised:
        Settings({**environment, NAMES["alwaysRun"]: value})
    assert str(raised.value) == f"the environment variable PATIENT_LAMBDA_ALWAYS_RUN is '{value[:120]}': expected {ALWAYS_RUN}"

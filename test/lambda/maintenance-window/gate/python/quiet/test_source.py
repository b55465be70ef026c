"""From where a reading comes: the mirror, Parameter Store, or both."""

import importlib
import json
import sys

import pytest
from contract_files import contract_file
from fake_services import DROP, HANG, Clock, failing, wall_clock
from patient_lambda_aws.client import AwsClient, AwsError
from patient_lambda_gate.quiet.reading import ReadFailed
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.quiet.source import read_window
from patient_lambda_gate.quiet.times import iso

NAME = "/cdk-patient-lambda/windows/s/w/operator"
PLANNED = "/cdk-patient-lambda/windows/s/w/planned"
STALE_AFTER = contract_file("maintenance-window/timing")["mirrorStaleAfter"]["value"]
NOW = 1_800_000_000_000
EARLY, LATE = 1_700_000_000_000, 1_700_000_001_000  # of when an item was checked, long ago by any clock
UNTIL = "until 2027-06-01T00:00Z"
THROTTLED = failing(400, "ThrottlingException")
DENIED = failing(400, "AccessDeniedException")


def item(operator, checked_at=NOW, modified=EARLY, version=2, planned=None) -> dict:
    numbers = {"operatorVersion": version, "operatorModified": modified, "checkedAt": checked_at}
    texts = {"operator": operator, **({"planned": planned} if planned else {})}
    return {**{name: {"N": str(int(value))} for name, value in numbers.items()}, **{name: {"S": text} for name, text in texts.items()}}


def parameters(operator, modified=EARLY, version=2, planned=None) -> dict:
    written = {"Name": NAME, "Value": operator, "Version": version, "LastModifiedDate": modified / 1000}
    return {"Parameters": [written] + ([{**written, "Name": PLANNED, "Value": planned}] if planned else [])}


def mirrored(*arguments, **more) -> tuple:
    return 200, {"Item": item(*arguments, **more)}


def stored(*arguments, **more) -> tuple:
    return 200, parameters(*arguments, **more)


class Services:
    """Answers each operation from a list, the last one for ever."""

    def __init__(self, server, environment, answers, variables) -> None:
        self.left = {operation: list(given) for operation, given in answers.items()}
        self.server = server(self._answer)
        environment = {**environment, "PATIENT_LAMBDA_OPERATOR_PARAMETER": NAME, "AWS_ENDPOINT_URL": self.server.url, **variables}
        self.settings = Settings(environment)
        self.client = AwsClient(environment, wall_clock)

    def _answer(self, operation, body, headers):
        left = self.left[operation]
        return left.pop(0) if len(left) > 1 else left[0]

    def asked(self) -> list:
        return [operation for operation, _, _, _ in self.server.requests]

    def read(self, budget=2000):
        return list(read_window(self.client, self.settings, budget))


@pytest.fixture
def services(server, environment):
    def made(GetItem=(), GetParameters=(), **variables):
        return Services(server, environment, {"GetItem": GetItem, "GetParameters": GetParameters}, variables)

    return made


def test_a_mirror_that_is_up_to_date_is_all_that_is_asked(services):
    made = services([mirrored("on # db", wall_clock())])
    (found,) = made.read()
    assert (found.operator.reason, found.version, found.last_modified, found.stale) == ("db", 2, EARLY, None)
    assert made.asked() == ["GetItem"]


def test_what_reads_parameter_store_is_loaded_only_for_that(services, monkeypatch):
    source, parameter_store = (f"patient_lambda_gate.quiet.{name}" for name in ("source", "parameters"))
    for module in (source, parameter_store):
        monkeypatch.delitem(sys.modules, module, raising=False)
    read = importlib.import_module(source).read_window
    for answer, is_loaded in ((mirrored("on", wall_clock()), False), (DENIED, True)):
        made = services([answer], [stored("on")])
        assert [found.operator.mode for found in read(made.client, made.settings, 2000)] == ["on"]
        assert (parameter_store in sys.modules) is is_loaded


def test_planned_intervals_come_from_the_mirror_too(services):
    made = services([mirrored("auto", wall_clock(), planned=UNTIL)], PATIENT_LAMBDA_PLANNED_PARAMETER=PLANNED)
    (found,) = made.read()
    assert (found.planned is not None, found.planned_failure, made.asked()) == (True, None, ["GetItem"])


def test_parameter_store_alone_is_asked_when_it_is_the_source(services):
    made = services(GetParameters=[stored("on")], PATIENT_LAMBDA_WINDOW_SOURCE="PARAMETER_STORE")
    assert [found.operator.mode for found in made.read()] == ["on"]
    assert made.asked() == ["GetParameters"]


def test_a_parameter_of_somebodys_own_has_no_mirror(services):
    answer = {"Parameters": [{"Name": "/company/operator", "Value": "on", "Version": 1, "LastModifiedDate": 1}]}
    made = services(GetParameters=[(200, answer)], PATIENT_LAMBDA_OPERATOR_PARAMETER="/company/operator")
    assert [found.operator.mode for found in made.read()] == ["on"]
    assert made.asked() == ["GetParameters"]


FALLS_BACK = {
    "no item": (200, {}),
    "no table": failing(400, "ResourceNotFoundException"),
    "denied": DENIED,
    "malformed": (200, {"Item": {**item("on"), "operatorVersion": {"S": "x"}}}),
    "of a later version": mirrored("later"),
    "hanging": HANG,
    "dropped": DROP,
    "throttled to the end": failing(400, "ProvisionedThroughputExceededException"),
    "broken": failing(500, "InternalServerError"),
}


@pytest.mark.parametrize("name", FALLS_BACK)
def test_without_the_mirror_parameter_store_is_asked(services, name):
    made = services([FALLS_BACK[name]], [THROTTLED, stored("on # ps", version=9)])
    (found,) = made.read(budget=1000)
    assert (found.operator.reason, found.version, found.stale) == ("ps", 9, None)
    assert "mirror" in found.mirror_failure or "dynamodb:GetItem" in found.mirror_failure
    asked = made.asked()
    assert asked.count("GetParameters") == 2  # with back-off
    assert asked == sorted(asked)  # the mirror first


def test_a_mirror_that_hangs_is_asked_once_as_a_first_connection_may_need_more_than_half_of_its_share(services):
    made = services([HANG], [stored("on")])
    assert [found.operator.mode for found in made.read(budget=1000)] == ["on"]
    assert made.asked() == ["GetItem", "GetParameters"]


def test_a_mirror_that_throttles_for_a_while_is_read(services):
    made = services([failing(400, "ThrottlingException"), DROP, mirrored("on", wall_clock())])
    assert [found.operator.mode for found in made.read()] == ["on"]
    assert made.asked() == ["GetItem"] * 3


def test_a_planned_part_that_the_mirror_lacks_is_read_from_parameter_store(services):
    made = services([mirrored("auto", wall_clock())], [stored("auto", planned=UNTIL)], PATIENT_LAMBDA_PLANNED_PARAMETER=PLANNED)
    (found,) = made.read()
    assert (found.planned is not None, made.asked()) == (True, ["GetItem", "GetParameters"])


def test_when_neither_can_be_read_both_causes_are_named(services):
    made = services([DENIED], [THROTTLED])
    with pytest.raises(ReadFailed) as raised:
        made.read(budget=300)
    assert str(raised.value) == ("dynamodb:GetItem failed, AccessDeniedException: because; ssm:GetParameters failed, ThrottlingException: because")


def test_a_stale_item_is_replaced_by_what_parameter_store_answers(services):
    made = services([mirrored("on", EARLY)], [stored("auto # released", LATE, 3)])
    item_first, answer = made.read()
    assert (item_first.operator.mode, item_first.stale) == (
        "on",
        f"the mirror was last checked at {iso(EARLY)}, and Parameter Store has not answered yet",
    )
    assert (answer.operator.reason, answer.version, answer.last_modified, answer.stale) == ("released", 3, LATE, None)


NO_ANSWERS = {
    "throttled": (THROTTLED, "ssm:GetParameters failed, ThrottlingException: because"),
    "denied": (DENIED, "ssm:GetParameters failed, AccessDeniedException: because"),
    "broken": (failing(500, "InternalServerError"), "ssm:GetParameters failed, InternalServerError: because"),
    "hanging": (HANG, "ssm:GetParameters failed, NetworkError: 127.0.0.1: timed out"),
    "deleted": ((200, {"Parameters": []}), f"parameter {NAME} does not exist: deploy its stack again, or write 'auto' to it"),
    "malformed": (stored("yes"), f"parameter {NAME} cannot be read, does not match the grammar (syntax): 'yes'"),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_a_stale_item_counts_on_when_parameter_store_does_not_answer_which_is_asked_once(services, name):
    answer, cause = NO_ANSWERS[name]
    made = services([mirrored("on # db", EARLY, planned=UNTIL)], [answer, stored("off")], PATIENT_LAMBDA_PLANNED_PARAMETER=PLANNED)
    found = made.read(budget=400)[-1]
    assert (found.operator.reason, found.version, found.last_modified, found.planned is not None) == ("db", 2, EARLY, True)
    assert found.stale == f"the mirror was last checked at {iso(EARLY)}, and {cause}"
    assert made.asked() == ["GetItem", "GetParameters"]


def test_a_stale_item_that_is_newer_than_parameter_stores_answer_keeps_the_operators_value(services):
    made = services([mirrored("on", EARLY, modified=LATE, version=3)], [stored("auto", EARLY, 2)])
    answer = made.read()[-1]
    assert (answer.operator.mode, answer.version, answer.last_modified, answer.stale) == ("on", 3, LATE, None)


def test_a_stale_items_planned_part_counts_on_when_parameter_stores_cannot_be_read(services):
    made = services([mirrored("auto", EARLY, planned=UNTIL)], [stored("auto", LATE, 3)], PATIENT_LAMBDA_PLANNED_PARAMETER=PLANNED)
    answer = made.read()[-1]
    assert (answer.version, answer.planned is not None, answer.planned_failure) == (3, True, f"parameter {PLANNED} does not exist")


class Calls:
    """A client that answers as told, each after so many milliseconds of a clock, and remembers what each call was given."""

    def __init__(self, *answers) -> None:
        self.clock = Clock(NOW)
        self.answers = list(answers)
        self.seen = []
        self.elsewhere = []

    def call(self, service, operation, payload, until, elsewhere=False):
        self.elsewhere.append(elsewhere)
        return self._answer(operation, until - self.clock())

    def call_once(self, service, operation, payload, budget):
        return self._answer(f"{operation} once", budget)

    def _answer(self, operation, budget):
        self.seen.append((operation, budget))
        took, answer = self.answers.pop(0)
        self.clock.now += took
        if isinstance(answer, Exception):
            raise answer
        return json.loads(json.dumps(answer))


FAILED = AwsError("NetworkError", "timed out", True)


@pytest.fixture
def settings(environment):
    return Settings({**environment, "PATIENT_LAMBDA_OPERATOR_PARAMETER": NAME})


@pytest.mark.parametrize(
    ("budget", "share", "left"),
    [(1000, 500, 500), (700, 350, 350), (400, 300, 100), (300, 300, None), (200, 200, None)],
    ids=["cold", "late", "short", "refresh", "almost none"],
)
def test_parameter_store_gets_what_the_mirror_leaves_of_the_budget(settings, budget, share, left):
    client = Calls((share, FAILED), (1, FAILED))
    with pytest.raises(ReadFailed) as raised:
        list(read_window(client, settings, budget))
    assert client.seen == [("GetItem", share)] + ([] if left is None else [("GetParameters", left)])
    assert ("GetParameters" in str(raised.value)) is (left is not None)
    assert client.elsewhere[0] is (left is not None)


def test_a_refresh_whose_mirror_fails_fast_leaves_the_rest_to_parameter_store(settings):
    client = Calls((20, AwsError("AccessDeniedException", "", False)), (1, parameters("on")))
    assert [found.operator.mode for found in read_window(client, settings, 300)] == ["on"]
    assert client.seen == [("GetItem", 300), ("GetParameters", 280)]


@pytest.mark.parametrize(
    ("age", "is_stale"), [(STALE_AFTER, False), (STALE_AFTER + 1, True), (-3_600_000, False)], ids=["at the limit", "beyond", "in the future"]
)
def test_how_old_an_item_may_be(settings, age, is_stale):
    client = Calls((0, {"Item": item("on", NOW - age)}), (0, parameters("off", LATE, 3)))
    assert [found.operator.mode for found in read_window(client, settings, 300)] == (["on", "off"] if is_stale else ["on"])


def test_parameter_store_gets_all_that_is_left_after_a_stale_item(settings):
    client = Calls((100, {"Item": item("on", EARLY)}), (0, parameters("on")))
    list(read_window(client, settings, 1000))
    assert client.seen == [("GetItem", 500), ("GetParameters once", 900)]


def test_parameter_store_is_not_asked_when_nothing_is_left_after_a_stale_item(settings):
    client = Calls((300, {"Item": item("on", EARLY)}))
    (found,) = read_window(client, settings, 300)
    assert (found.operator.mode, client.seen) == ("on", [("GetItem", 300)])
    assert found.stale == f"the mirror was last checked at {iso(EARLY)}, and no time was left to ask Parameter Store"


def test_a_freeze_in_the_middle_of_a_read_does_not_make_an_item_stale(settings):
    client = Calls((3_600_000, {"Item": item("on")}))
    assert [found.stale for found in read_window(client, settings, 300)] == [None]

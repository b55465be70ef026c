"""The seam is the one that is known, or nothing runs."""

import types

import fake_client
import pytest
from contract_files import contract_file
from patient_lambda_gate.client.attach import check_seams
from patient_lambda_gate.quiet.errors import UnknownClient


def test_the_parameters_that_newer_clients_added_are_found():
    assert check_seams(fake_client.module(), "4.2.2") == ("tenant_id", "log_sink", "invocation_id")


def renamed(bootstrap):
    bootstrap.handle_event_requests = bootstrap.handle_event_request
    del bootstrap.handle_event_request


def reordered(bootstrap):
    def handle_event_request(lambda_runtime_client, invoke_id, request_handler, event_body, content_type):
        """Another order."""

    bootstrap.handle_event_request = handle_event_request


def not_called(bootstrap):
    def run(handler, lambda_runtime_client):
        """Calls something else."""

    bootstrap.run = run


def no_client(bootstrap):
    del bootstrap.LambdaRuntimeClient


def other_post(bootstrap):
    class LambdaRuntimeClient(fake_client.LambdaRuntimeClient):
        def post_invocation_result(self, response):
            """Another shape."""

    bootstrap.LambdaRuntimeClient = LambdaRuntimeClient


def posts_that_differ(bootstrap):
    class LambdaRuntimeClient(fake_client.LambdaRuntimeClient):
        def post_invocation_error(self, invoke_id, error_response_data, xray_fault):
            """Without the invocation id that results take."""

    bootstrap.LambdaRuntimeClient = LambdaRuntimeClient


def native(bootstrap):
    bootstrap.handle_event_request = print


@pytest.mark.parametrize("move", [renamed, reordered, not_called, no_client, other_post, posts_that_differ, native])
def test_a_seam_that_moved_is_refused_by_the_clients_version(move):
    bootstrap = fake_client.module()
    move(bootstrap)
    with pytest.raises(UnknownClient, match=r"awslambdaric 9\.9\.9"):
        check_seams(bootstrap, "9.9.9")


def test_a_module_without_anything_is_refused():
    with pytest.raises(UnknownClient):
        check_seams(types.ModuleType("empty"), "9.9.9")


def test_a_refusal_names_the_clients_that_the_release_is_tested_with():
    with pytest.raises(UnknownClient) as raised:
        check_seams(types.ModuleType("empty"), "9.9.9")
    clients = [release["client"] for release in contract_file("maintenance-window/clients")["python"]["releases"]]
    assert str(raised.value).endswith(f"this release is tested with awslambdaric {', '.join(clients)}.")

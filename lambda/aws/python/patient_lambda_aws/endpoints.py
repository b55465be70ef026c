"""Where the services are: configured endpoints first, then partition, FIPS and dual stack, by the rules of AWS's SDKs."""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

# Region prefix, DNS suffix, dual-stack DNS suffix: AWS's partitions data, longest prefix first.
PARTITIONS = (
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("", "amazonaws.com", "api.aws"),
)


def endpoint_url(service: str, region: str, environment: Mapping[str, str]) -> str:
    """The base URL of ``ssm``, ``dynamodb`` or ``sqs``."""
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        configured = environment.get("AWS_ENDPOINT_URL_" + service.upper()) or environment.get("AWS_ENDPOINT_URL")
        if configured:
            return configured
    suffix, dual_stack_suffix = next((dns, dual) for prefix, dns, dual in PARTITIONS if region.startswith(prefix))
    fips = environment.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true"
    dual_stack = environment.get("AWS_USE_DUALSTACK_ENDPOINT", "").lower() == "true"
    if not dual_stack and region.startswith("us-gov-"):  # GovCloud's ordinary endpoints of these services are FIPS endpoints
        fips = False
    return f"https://{service}{'-fips' if fips else ''}.{region}.{dual_stack_suffix if dual_stack else suffix}"

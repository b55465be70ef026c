"""AWS Signature Version 4 for one POST of a JSON service."""

from __future__ import annotations

from patient_lambda_python.taken import Clock, Digest
from patient_lambda_python.urls import quote, urlsplit

TYPE_CHECKING = False  # as in typing, which the start need not wait for
if TYPE_CHECKING:
    from collections.abc import Mapping

    from patient_lambda_aws.credentials import Credentials


def signed_headers(
    url: str, headers: Mapping[str, str], body: bytes, service: str, region: str, credentials: Credentials, now: float
) -> dict[str, str]:
    """The headers (lower-case names) plus host, date, token and authorization. ``now`` in epoch milliseconds."""
    parts = urlsplit(url)
    stamp = Clock.written("%Y%m%dT%H%M%SZ", Clock.utc(now / 1000))
    all_headers = {**headers, "host": parts.netloc.rpartition("@")[2], "x-amz-date": stamp}
    if credentials.token:
        all_headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(all_headers))
    canonical = "\n".join(
        [
            "POST",
            quote(parts.path or "/", "/%"),
            parts.query,
            *(f"{name}:{all_headers[name].strip()}" for name in sorted(all_headers)),
            "",
            names,
            Digest.of(body),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, Digest.of(canonical.encode())])
    key = ("AWS4" + credentials.secret).encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = Digest.keyed(key, part.encode())
    signature = Digest.keyed(key, to_sign.encode()).hex()
    all_headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return all_headers

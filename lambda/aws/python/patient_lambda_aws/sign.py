"""AWS Signature Version 4 for one POST of a JSON service."""

import hashlib
import hmac
import time
from urllib.parse import quote, urlsplit


class Credentials:
    """Keys of one role session; ``expires`` in epoch milliseconds, None when the process ends before they do."""

    def __init__(self, key_id: str, secret: str, token: "str | None", expires: "float | None" = None) -> None:
        self.key_id = key_id
        self.secret = secret
        self.token = token
        self.expires = expires


def signed_headers(url: str, headers: dict, body: bytes, service: str, region: str, credentials: Credentials, now: float) -> dict:
    """The headers (lower-case names) plus host, date, token and authorization. ``now`` in epoch milliseconds."""
    parts = urlsplit(url)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now / 1000))
    all_headers = {**headers, "host": parts.netloc.rpartition("@")[2], "x-amz-date": stamp}
    if credentials.token:
        all_headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(all_headers))
    canonical = "\n".join(
        [
            "POST",
            quote(parts.path or "/", safe="/-_.~%"),
            parts.query,
            *(f"{name}:{all_headers[name].strip()}" for name in sorted(all_headers)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + credentials.secret).encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    all_headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return all_headers

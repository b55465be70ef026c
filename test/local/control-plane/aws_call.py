"""One AWS API call through botocore, for services without a JavaScript client here: SERVICE OPERATION, parameters on standard input."""

import json
import sys

import botocore.session

service, operation = sys.argv[1:3]
client = botocore.session.get_session().create_client(service)
answer = getattr(client, operation)(**json.load(sys.stdin))
answer.pop("ResponseMetadata", None)
print(json.dumps(answer, default=str))

"""Prints the account that an AWS SDK reaches with this process's environment. Run with the environment under test."""

import botocore.config
import botocore.session

client = botocore.session.get_session().create_client(
    "sts", config=botocore.config.Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
)
print(client.get_caller_identity()["Account"])

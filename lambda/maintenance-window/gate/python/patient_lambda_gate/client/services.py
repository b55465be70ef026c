"""What only environments that meet a window need."""

from patient_lambda_aws.client import AwsClient

from patient_lambda_gate.held.store import Store
from patient_lambda_gate.held.table import Table
from patient_lambda_gate.quiet.report import Reporter
from patient_lambda_gate.quiet.settings import Settings
from patient_lambda_gate.replay.replay import Replayer


class Services:
    """Made once."""

    def __init__(self, client: AwsClient, settings: Settings, reporter: Reporter, environment: dict, clock) -> None:
        table = Table(client, settings.table)
        self.client = client
        self.environment = environment
        self.store = Store(table, settings, reporter, clock)
        self.replayer = Replayer(table, settings, clock)

"""What only environments that meet a window need."""

from .aws import AwsClient
from .replay import Replayer
from .report import Reporter
from .settings import Settings
from .store import Store
from .table import Table


class Services:
    """Made once."""

    def __init__(self, client: AwsClient, settings: Settings, reporter: Reporter, environment: dict, clock) -> None:
        table = Table(client, settings.table)
        self.client = client
        self.environment = environment
        self.store = Store(table, settings, reporter, clock)
        self.replayer = Replayer(table, settings, clock)

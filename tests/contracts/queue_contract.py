"""What every queue backend must do; a backend's test class inherits these tests and gives a `queue`."""

from tests.contracts.queue_ahead_contract import QueueAheadContract
from tests.contracts.queue_checks_contract import QueueChecksContract
from tests.contracts.queue_leases_contract import QueueLeasesContract
from tests.contracts.queue_oversight_contract import QueueOversightContract
from tests.contracts.queue_work_contract import QueueWorkContract


class QueueContract(
    QueueLeasesContract, QueueAheadContract, QueueWorkContract, QueueChecksContract, QueueOversightContract
):
    """Inherit, and give the fixture ``queue`` made with RULES of queue_setting and the fixture ``clock``."""

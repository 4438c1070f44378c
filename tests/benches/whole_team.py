"""A contractor's window: its queue on a server, its keys from a broker, its clips in a bucket."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reviewer.broker.log import public_broker_key
from reviewer.clips.keys import KdfParameters
from reviewer.model.clock import SystemClock
from reviewer.model.project import BrokerPlace
from reviewer.places import PROJECT_FILE
from reviewer.workspace import open_workspace
from tests.benches.broker_process import BrokerProcess
from tests.benches.certificates import Certificates, make_certificates
from tests.benches.moving import admit, moved
from tests.benches.workspace import ANA, LEAD, Bench, make_bench
from tests.fakes.clock import FakeClock
from tests.fakes.s3_servers import BUCKET, Network, free_port


@dataclass
class WholeTeam:
    """Set up by the real programs: the broker is named, the workspace moves, people are admitted."""

    folder: Path
    queue_url: str
    bucket: str
    """The endpoint of the service."""
    network: Network
    clips: int
    project: str
    bench: Bench = field(init=False)
    broker: BrokerProcess = field(init=False)
    certificates: Certificates = field(init=False)
    """The broker's."""

    def __post_init__(self) -> None:
        certificates = self.certificates = make_certificates(self.folder / "tls")
        port = free_port()
        clock = FakeClock(datetime.now(UTC) - timedelta(hours=1))  # afterwards all go by the real clock
        place = f'[clips]\nurl = "s3://{BUCKET}/{self.folder.name}"\nendpoint = "{self.bucket}"\n'
        project = f'{self.project}{place}region = "eu-west-1"\n'
        made = make_bench(self.folder, drafts=[""] * self.clips, clock=clock, project=project)
        made.agree(ANA, LEAD)
        lead = made.person(LEAD).identity
        named = BrokerPlace(f"https://127.0.0.1:{port}", public_broker_key(lead.keyring.signing_key).hex())
        made.workspace.broker_naming.name(lead, named, certificates.authority.read_bytes())
        for name in list(made.signed_in):
            made.sign_out(name)
        made.workspace.close()
        path = made.workspace.path
        text = (path / PROJECT_FILE).read_text(encoding="utf-8")
        report = moved(path, clock, text.replace("[queue]\n", f'[queue]\nurl = "{self.queue_url}"\n'))
        assert report.problem is None, report
        admit(path, clock, ANA)
        self.broker = BrokerProcess(path, port, certificates, is_hurried=True)
        self.broker.start()
        opened = open_workspace(path, clock=SystemClock(), parameters=KdfParameters.cheap())
        self.bench = Bench(opened, SystemClock())  # type: ignore[arg-type]

    def close(self) -> None:
        """Closes the window and ends the broker."""
        self.bench.workspace.close()
        self.broker.kill()

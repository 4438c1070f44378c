"""The lead's door for bringing clips in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from reviewer.access.ledger import Ledger
from reviewer.access.rights import Act, require
from reviewer.clips.catalogue import Catalogue
from reviewer.clips.vault import Vault
from reviewer.db.connection import Database
from reviewer.lead import sampling
from reviewer.lead.intake_options import IntakeOptions
from reviewer.lead.intake_report import IntakeReport
from reviewer.lead.intake_run import IntakeRun, OneFileDecoder, Rooms
from reviewer.lead.manifest import read_manifest
from reviewer.model.clock import Clock
from reviewer.model.people import Identity
from reviewer.model.project import Project
from reviewer.queue.queue import Queue

__all__ = ["Intake", "IntakeOptions", "IntakeReport"]


class Intake:
    """Imports manifests into one workspace."""

    def __init__(
        self,
        *,
        vault: Vault,
        catalogue: Catalogue,
        queue: Queue,
        ledger: Ledger,
        database: Database,
        decoder: Callable[[], AbstractContextManager[OneFileDecoder]],
        project: Project,
        clock: Clock,
    ) -> None:
        self._rooms = Rooms(vault, catalogue, queue, ledger, database, decoder, project, clock)

    def run(
        self,
        identity: Identity,
        manifest: Path,
        options: IntakeOptions,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IntakeReport:
        """Brings in what the rules allow; one report row for each line but those a sample left out.

        ``progress`` gets the lines done and all lines. A run that is killed or cancelled leaves each
        clip whole or nothing of it; run again, it refuses those here as duplicates and takes the others.

        Raises: NotAllowed for anybody but a lead; Refused for a manifest or sample that makes no sense;
        Unavailable when disk or decoder fail. Whatever a single line holds raises nothing.
        """
        require(identity.person, Act.IMPORT)
        if options.sample is not None:
            sampling.check(options.sample, options.stratify)
        lines = read_manifest(manifest)
        if not options.dry_run:
            self._rooms.vault.sweep()
        run = IntakeRun(self._rooms, identity, manifest.parent, options, progress, len(lines))
        return run.bring_in(lines, cancelled)

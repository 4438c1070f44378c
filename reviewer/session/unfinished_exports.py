"""Removes what killed exports left, and says what cannot be removed."""

from pathlib import Path

from reviewer.access.exports import ExportFolder, ExportState
from reviewer.errors import Refused, Unavailable
from reviewer.formats.output_folder import PlannedFolder, Removal, remove_unfinished, unmark
from reviewer.model.event import Action, Event
from reviewer.model.people import Identity
from reviewer.session.unit_of_work import UnitOfWork


class UnfinishedExports:
    """Plain files that no export finished: removed at the next start of anything that opens the workspace."""

    def __init__(self, unit: UnitOfWork) -> None:
        self._unit = unit

    def remove(self) -> None:
        """Removes the folders that no running process is writing; needs nobody signed in.

        One that cannot be reached, because its disk is not there, is tried again at the next call.
        Raises Unavailable when the workspace file cannot be written.
        """
        try:
            for left in self._unit.exports.unsettled():
                with self._unit.exports.locked(left.export_id) as is_ours:
                    if is_ours:
                        self._settle(left.export_id)
        except OSError as error:
            raise Unavailable("OPERATING_SYSTEM", problem=error.strerror or "") from error

    def record_ends(self, identity: Identity) -> None:
        """Writes the closing row of each export whose process was killed before it could."""
        unit = self._unit
        for export_id in unit.exports.running():
            with unit.exports.locked(export_id) as is_ours, unit.transaction():
                if is_ours and unit.exports.fail(export_id):
                    ended = Event.by(
                        identity, Action.EXPORT_ENDED, export_id, outcome="failed", reason="KILLED"
                    )
                    unit.log.record(ended)

    def give_up(self, identity: Identity, export_id: str) -> None:
        """Stops looking for the folder of an unfinished export whose disk is lost; the export stays on the
        recall list.

        Raises Refused for an export that is running or has no such folder.
        """
        unit = self._unit
        if export_id not in {each.export_id for each in self.left()}:
            raise Refused("EXPORT_NOT_UNFINISHED", export=export_id)
        with unit.exports.locked(export_id) as is_ours, unit.transaction():
            if not is_ours:
                raise Refused("EXPORT_NOT_UNFINISHED", export=export_id)
            unit.exports.settle(export_id, unit.clock.now(), may_exist=True)
            unit.log.record(Event.by(identity, Action.EXPORT_LOST, export_id))

    def left(self) -> list[ExportFolder]:
        """The unfinished folders that may still be there, without those being written now."""
        unfinished = [
            each for each in self._unit.exports.unsettled() if each.state is not ExportState.FINISHED
        ]
        return [each for each in unfinished if not self._is_running(each.export_id)]

    def _is_running(self, export_id: str) -> bool:
        try:
            with self._unit.exports.locked(export_id) as is_ours:
                return not is_ours
        except OSError:
            return False

    def _settle(self, export_id: str) -> None:
        """Removes a folder; its state is read again, because the process that held the lock may have ended
        properly."""
        unit = self._unit
        left = next((each for each in unit.exports.unsettled() if each.export_id == export_id), None)
        if left is None:
            return
        planned = planned_folder(left)
        if left.state is ExportState.FINISHED:
            unmark(planned)
            unit.exports.settle(export_id, unit.clock.now())
            return
        removal = remove_unfinished(planned)
        if removal is Removal.UNREACHABLE and left.is_made:
            return
        may_exist = left.is_made and removal is not Removal.REMOVED
        unit.exports.settle(export_id, unit.clock.now(), may_exist=may_exist)


def planned_folder(left: ExportFolder) -> PlannedFolder:
    """The plan that was stored with an export."""
    return PlannedFolder(Path(left.folder), Path(left.out), left.marker, left.parent)


def export_folder(export_id: str, planned: PlannedFolder) -> ExportFolder:
    """A plan, to be stored with an export."""
    return ExportFolder(export_id, str(planned.folder), str(planned.out), planned.marker, planned.parent)

"""Aligns the text of the open clip to its sound while somebody works on it."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from reviewer.errors import ReviewerError
from reviewer.ui.clip.transcription_panel import TranscriptionPanel
from reviewer.ui.jobs import CancelToken, Job, Jobs

if TYPE_CHECKING:
    from reviewer.model.task import Lease
    from reviewer.session.open_clip import OpenClip
    from reviewer.session.work_session import WorkSession
    from reviewer.transcript.aligned_texts import AlignedText
    from reviewer.transcript.edits import Segments

PAUSE_MS = 1_500


class BackgroundAlignment(QObject):
    """Aligns changed segments after a pause, and at once when a segment is left; one job at a time.

    The job waits for a process of the lowest priority, which is killed when the clip is left. If the aligner
    fails, the clip goes on without it.
    """

    def __init__(self, work: "WorkSession", panel: TranscriptionPanel, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._panel, self._jobs = work, panel, jobs
        self._lease: Lease | None = None
        self._segment_id = ""
        self._job: Job | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._align)
        panel.segments_changed.connect(self._on_segments_changed)

    def begin_clip(self, clip: "OpenClip") -> None:
        """A clip is shown; nothing happens where the project has no aligner for its language."""
        self.end_clip()
        if clip.has_aligner and clip.blind is None:
            self._lease = clip.lease
            self._segment_id = self._panel.document.cursor.segment_id
            self._pause.start()

    def end_clip(self) -> None:
        """The clip is left: nothing that is still found is of use."""
        self._lease = None
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None

    @Slot()
    def _on_segments_changed(self) -> None:
        if self._lease is None:
            return
        self._pause.start()
        before, self._segment_id = self._segment_id, self._panel.document.cursor.segment_id
        if self._segment_id != before:
            self._align()

    @Slot()
    def _align(self) -> None:
        segments = self._panel.aligned.unaligned(self._panel.document.segments)
        if self._lease is not None and self._job is None and segments:
            job = partial(_aligned, self._work, self._lease, segments)
            self._job = self._jobs.run(job, self._on_aligned, self._on_failed, owner=self)

    def _on_aligned(self, found: "tuple[AlignedText, ...]") -> None:
        self._job = None
        self._panel.aligned = self._panel.aligned.with_found(found)
        if not self._pause.isActive():
            self._align()

    def _on_failed(self, error: Exception) -> None:
        self.end_clip()
        if not isinstance(error, ReviewerError):
            raise error


def _aligned(
    work: "WorkSession", lease: "Lease", segments: "Segments", token: CancelToken
) -> "tuple[AlignedText, ...]":
    return work.align(lease, segments, lambda: token.is_cancelled)

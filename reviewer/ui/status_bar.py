"""The status bar."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QWidget

from reviewer.ui.page import SendingFacts, StatusFacts
from reviewer.ui.theme import GROUP_PX, STATUS_BAR_PX, tabular
from reviewer.ui.widgets.widget_ids import announce, named, put_value, restyle, set_tooltip


class StatusBar(QWidget):
    """When work was saved, waiting and finished tasks, the audio output; for the lead, unwitnessed rows.

    In a narrow window the facts that matter least are not shown.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "status_bar", self.tr("Status"), kind="bar").setToolTip("")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(STATUS_BAR_PX)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(GROUP_PX, 0, GROUP_PX, 0)
        self._row.setSpacing(GROUP_PX)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # facts give way to the window
        self._reserved_px: dict[QLabel, int] = {}
        self._told: list[QLabel] = []
        self.unsent = 0
        """How much finished work is saved here and not sent."""
        self._saved = self._slot("status_saved", self.tr("When your work was last saved"), "Saved 00:00:00")
        self._sending = self._slot(
            "status_sending",
            self.tr("Sending your work to the server"),
            "00 saved here, not sent since 00:00",
        )
        self._at_hand = self._slot(
            "status_at_hand",
            self.tr("Clips with which you can go on while the server is away"),
            "00 clips at hand until 00:00",
        )
        self._waiting = self._slot(
            "status_waiting", self.tr("Tasks that you can take"), "000 waiting for you"
        )
        self._open = self._slot("status_open", self.tr("Tasks that nobody has taken"), "000 tasks open")
        self._done = self._slot("status_done", self.tr("Your work today"), "000 done today")
        self._unwitnessed = self._slot(
            "status_unwitnessed",
            self.tr("Rows of the access log that no checkpoint on another machine covers yet"),
            "00,000 rows not witnessed",
        )
        self._log_problem = self._slot("status_log", self.tr("The access log of this machine"), "")
        self._log_problem.setProperty("kind", "warn")
        self._row.addStretch()
        self._break = self._slot("status_break", self.tr("Break"), "")
        self._sound = self._slot("status_sound", self.tr("Audio output"), "")

    def clear(self) -> None:
        """Clears every field."""
        self._told.clear()
        for label in self._reserved_px:
            label.clear()
            label.hide()

    @Slot(object)
    def show_facts(self, facts: StatusFacts) -> None:
        """Shows the given facts; other fields stay, and a field that was shown keeps its space."""
        if facts.saved is not None:
            self._put(self._saved, self.tr("Saved {0}").format(facts.saved) if facts.saved else "")
        if facts.sending is not None:
            self._show_sending(facts.sending)
            self._show_at_hand(facts.sending)
        if facts.waiting is not None:
            self._put(self._waiting, self._waiting_text(facts.waiting, facts.undrawn))
        if facts.open_tasks is not None:
            self._put(self._open, self.tr("{0} tasks open").format(f"{facts.open_tasks:,}"))
        if facts.done_today is not None:
            self._put(self._done, self.tr("{0} done today").format(f"{facts.done_today:,}"))
        if facts.unwitnessed is not None:
            text = self.tr("{0} rows not witnessed").format(f"{facts.unwitnessed:,}")
            self._put(self._unwitnessed, text if facts.unwitnessed else self.tr("all rows witnessed"))
        if facts.log_problem is not None:
            text = self.tr("Server refuses the access log") if facts.log_problem else ""
            is_new = text != self._log_problem.text()
            self._put(self._log_problem, text)
            set_tooltip(self._log_problem, facts.log_problem)
            if is_new:
                announce(self._log_problem, text)
        if facts.sound is not None:
            self._put(self._sound, facts.sound)

    def _waiting_text(self, waiting: int, undrawn: int) -> str:
        text = self.tr("{0} waiting for you").format(f"{waiting:,}")
        if not undrawn:
            return text
        return self.tr("{0}, {1} new submissions").format(text, f"{undrawn:,}")

    def _show_sending(self, sending: SendingFacts) -> None:
        self.unsent = sending.unsent
        if not sending.unsent:
            text = self.tr("All work sent")
        elif sending.problem:
            text = self.tr("{0} saved here, not sent since {1}").format(sending.unsent, sending.since)
        else:
            text = self.tr("{0} saved here, sending").format(sending.unsent)
        self._put(self._sending, text)
        kind = "warn" if sending.unsent and sending.problem else "label"
        if self._sending.property("kind") != kind:
            self._sending.setProperty("kind", kind)
            restyle(self._sending)
            announce(self._sending, text)
        tip = self.tr("Your finished work is saved on this machine, then sent to the server.")
        retry = self.tr("Sending is tried again every half minute or sooner, and when you hand in a clip.")
        set_tooltip(self._sending, f"{tip}\n{sending.problem}\n{retry}" if sending.problem else tip)

    def _show_at_hand(self, sending: SendingFacts) -> None:
        if sending.at_hand is None:
            return
        text = self.tr("{0} clips at hand until {1}").format(sending.at_hand, sending.at_hand_until)
        if sending.at_hand == 1:
            text = self.tr("1 clip at hand until {0}").format(sending.at_hand_until)
        self._put(self._at_hand, text if sending.at_hand else self.tr("No clips at hand"))
        tip = self.tr("If the server cannot be reached, you can go on with the clips at hand.")
        after = self.tr(
            "When they are used up, or after that time, no clip opens until the server answers.\n"
            "What you finished stays saved on this machine and is sent then."
        )
        set_tooltip(self._at_hand, f"{tip}\n{after}")

    @Slot(int)
    def show_break(self, minutes: int) -> None:
        """Says that a break is due after so many minutes of work; 0 clears it."""
        words = self.tr("{0} min without a break: a few minutes away from the screen help")
        self._put(self._break, words.format(minutes) if minutes else "")
        announce(self._break, self._break.text())

    def _slot(self, name: str, spoken: str, widest: str) -> QLabel:
        label = named(QLabel(self), name, spoken, kind="label")
        label.setFont(tabular(label.font()))
        self._reserved_px[label] = label.fontMetrics().horizontalAdvance(widest)
        label.hide()
        self._row.addWidget(label)
        return label

    def _put(self, label: QLabel, text: str) -> None:
        put_value(label, text)
        if label not in self._told:
            self._told.append(label)
        self._fit()

    def _fit(self) -> None:
        """Gives up reserved space first, then one fact after the other."""
        room, shown = self.width() - 2 * GROUP_PX, list(self._told)
        reserves = _needed_px(shown, self._reserved_px) <= room
        reserved = self._reserved_px if reserves else {}
        for label in (
            self._sound, self._unwitnessed, self._done, self._open, self._waiting, self._at_hand,
        ):  # fmt: skip
            if _needed_px(shown, reserved) > room and label in shown:
                shown.remove(label)
        for label in self._told:
            label.setMinimumWidth(reserved.get(label, 0))
            label.setVisible(label in shown)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, STATUS_BAR_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _needed_px(labels: list[QLabel], reserved: dict[QLabel, int]) -> int:
    return sum(max(reserved.get(each, 0), each.sizeHint().width()) + GROUP_PX for each in labels)

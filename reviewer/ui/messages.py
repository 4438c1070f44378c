"""Turns errors into messages, and unexpected ones into crash reports without content."""

from dataclasses import dataclass, replace
from functools import cache

from PySide6.QtCore import QCoreApplication

from reviewer.errors import LeaseLost, Notice, ReviewerError, Unavailable
from reviewer.messages import MessageCatalogue
from reviewer.places import resource


@dataclass(frozen=True, slots=True)
class Message:
    """A message: what happened, and what to do next. ``may_retry`` asks for a retry button."""

    sentence: str
    hint: str = ""
    may_retry: bool = False


@dataclass(frozen=True, slots=True)
class CrashReport:
    """An unexpected error: where it happened, never what was being worked on."""

    id: str
    kind: str
    places: tuple[str, ...]

    @property
    def details(self) -> str:
        """The text behind the dialog's details button."""
        return "\n".join((f"{self.kind}  [{self.id}]", *self.places))


@cache
def translated_catalogue() -> MessageCatalogue:
    """The window's words, each template translated by Qt in the context ``messages``."""
    return MessageCatalogue(
        resource("messages", "window.toml"), lambda text: QCoreApplication.translate("messages", text)
    )


def term(kind: str, value: str) -> str:
    """The word for an enum's value, such as ``term("ROLE", person.role)``."""
    return translated_catalogue().words(Notice(f"{kind}_{value.replace('.', '_').upper()}")).sentence


def message_of(notice: Notice) -> Message:
    """A notice in the user's language."""
    words = translated_catalogue().words(notice)
    return Message(words.sentence, words.hint)


def late_answer(error: BaseException) -> Message:
    """What is said of finished work that the queue refused later: it is not about the clip at hand."""
    if isinstance(error, LeaseLost):
        return message_of(Notice("SENT_TOO_LATE"))
    return message_of(Notice("SENT_AND_REFUSED", {"reason": message_for(error).sentence}))


def with_unsent(message: Message | None, count: int) -> Message:
    """The message at sign-out, and how much work is saved here and not sent."""
    unsent = message_of(Notice("WORK_NOT_SENT", {"count": count}))
    return unsent if message is None else Message(message.sentence, f"{unsent.sentence} {unsent.hint}")


def message_for(error: BaseException) -> Message:
    """The message of a known error; for an unexpected one, a message with its report number."""
    if isinstance(error, ReviewerError):
        return replace(message_of(error.notice), may_retry=isinstance(error, Unavailable))
    return crash_message(crash_report(error))


def crash_message(report: CrashReport) -> Message:
    """The message of an unexpected error, with the number to quote."""
    return Message(
        QCoreApplication.translate("messages", "An unexpected error occurred; saved work is kept."),
        QCoreApplication.translate(
            "messages", "Try again. If it happens again, give your lead this number: %s."
        )
        % report.id,
    )


def crash_report(error: BaseException) -> CrashReport:
    """Reads only type and stack frames of an exception: its text may contain what somebody typed."""
    import hashlib  # noqa: PLC0415 - only for a crash

    from reviewer.process_guard import frames_of  # noqa: PLC0415

    places = frames_of(error.__traceback__)
    kind = type(error).__name__
    digest = hashlib.sha256("\n".join((kind, *places)).encode()).hexdigest()
    return CrashReport(digest[:8], kind, places)

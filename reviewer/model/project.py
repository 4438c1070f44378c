"""The project settings of a workspace, with their defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

_PRODUCT_NAMES = {"swiftkey": "SwiftKey", "hololens": "HoloLens", "mixed_reality": "Mixed Reality"}
PRODUCTS = ("translator", "swiftkey", "windows", "cortana", "hololens", "mixed_reality")


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """Limits of the child process that opens an untrusted file."""

    seconds: float = 5.0
    memory_bytes: int = 1 << 30
    audio_seconds: float = 15 * 60.0
    input_bytes: int = 1 << 30


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """Rules of consent and dates for an import, and what products are called on screen.

    ``product_names`` has only names that ``product_name`` would not guess.
    """

    products: tuple[str, ...] = PRODUCTS
    product_names: Mapping[str, str] = field(default_factory=lambda: dict(_PRODUCT_NAMES))
    cutoff: datetime = datetime(2020, 10, 30, tzinfo=UTC)
    retention_days: int = 730

    def product_name(self, product: str) -> str:
        """``mixed_reality`` as the project calls it; one without a name with spaces and a capital letter."""
        return self.product_names.get(product, product.replace("_", " ").capitalize())

    def product_label(self, product: str) -> str:
        """The name with the word that filters take behind it, where that is not the name in small letters."""
        name = self.product_name(product)
        return name if name.lower() == product else f"{name} ({product})"


@dataclass(frozen=True, slots=True)
class ClipsPlace:
    """Where sealed clips lie: the folder of the workspace, or ``s3://bucket/prefix``.

    ``endpoint`` is the address of a service that is not Amazon's.
    """

    url: str = ""
    endpoint: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """The broker that releases the keys of clips one by one: its address and the public key it printed.

    ``authority`` names a file of the workspace (PEM) with the authority of its certificate, if that is none
    of the system's. Without a ``url`` everybody holds the workspace key.
    """

    url: str = ""
    public_key: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class QueueRules:
    """Rules of the queue; it is in the workspace's file, or on the PostgreSQL server of ``url``.

    A window takes ``bundle_clips`` along beside the next one, to go on while the server is away, for at most
    ``bundle_hours`` and while their leases last.
    """

    url: str = ""
    passes: int = 1
    lease_minutes: int = 30
    lease_cap_minutes: int = 240
    skips_to_lead: int = 3
    qa_rate: float = 0.2
    bundle_clips: int = 0
    bundle_hours: int = 8


@dataclass(frozen=True, slots=True)
class ListeningRules:
    """What must be heard of a clip: ``heard_percent`` of its speech, at any speed, before work is submitted
    as complete or accepted (0: nothing); ``reason_seconds`` of anything, or the whole of a shorter clip,
    before it is skipped, returned, or answered by a flag."""

    heard_percent: int = 98
    reason_seconds: float = 3.0


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A time of day from ``start`` to ``end``, which may go past midnight.

    Without a ``zone`` it is that of the machine, which whoever uses the machine can change.
    """

    start: time
    end: time
    zone: ZoneInfo | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``06:00-22:00`` or ``06:00-22:00 Europe/Berlin``. Raises ValueError."""
        start, dash, rest = text.partition("-")
        end, _, zone = rest.strip().partition(" ")
        if not dash:
            raise ValueError(text)
        try:
            named = ZoneInfo(zone.strip()) if zone else None
        except (LookupError, OSError) as error:  # it raises each of them for one name or another
            raise ValueError(text) from error
        hours = cls(time.fromisoformat(start.strip()), time.fromisoformat(end), named)
        if hours.start == hours.end or hours.start.tzinfo is not None or hours.end.tzinfo is not None:
            raise ValueError(text)
        return hours

    def include(self, at: datetime) -> bool:
        """Whether a moment lies in these hours."""
        local = at.astimezone(self.zone).time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}" + (f" {self.zone}" if self.zone else "")


@dataclass(frozen=True, slots=True)
class AccessLimits:
    """How much one person may take before a clip is refused; 0 is no limit.

    ``opens_without_hand_in`` counts clips since their last hand-in, in one day. ``plays_per_clip`` counts by
    the length of the clip; ten minutes of it may always be heard.
    """

    opens_per_hour: int = 240
    opens_without_hand_in: int = 40
    technical_skips_per_day: int = 20
    plays_per_clip: int = 100
    working_hours: WorkingHours | None = None


@dataclass(frozen=True, slots=True)
class ScreenRules:
    """What the window does about the content it shows: ``copy_out`` lets other programs have what is copied
    or dragged, ``watermark`` writes the person and the minute faintly over everything, ``block_capture``
    keeps the window out of screenshots where the system can do that."""

    copy_out: bool = False
    watermark: bool = True
    block_capture: bool = True


@dataclass(frozen=True, slots=True)
class RecogniserRule:
    """One recogniser: its ``kind``, the ``languages`` it is for (``en``, ``pt``; none: all), how it runs.

    ``model`` is the file for whisper.cpp; ``command`` its program, or the whole command of another kind.
    """

    kind: str
    languages: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    model: str = ""
    timeout_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class AsrRules:
    """Recognisers' drafts. ``hidden_share`` of the tasks, 0 to 1, do not show them, to measure their pull."""

    hidden_share: float = 0.05
    recogniser: tuple[RecogniserRule, ...] = ()


@dataclass(frozen=True, slots=True)
class LogRules:
    """Rules of the access log: no clip opens while more than ``unwitnessed_rows`` are not witnessed (0: no
    limit); ``witnesses`` are the public keys of those who countersign checkpoints."""

    unwitnessed_rows: int = 0
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """The settings of a project file. ``name`` is shown; ``locale`` selects conventions and agreement.

    The window locks after ``lock_minutes`` without input; 0 means never.
    """

    name: str = "Voice clips"
    locale: str = "en-US"
    schema: str = "default"
    conventions: str = "en-US"
    nda_days: int = 365
    lock_minutes: int = 5
    decode: DecodeLimits = field(default_factory=DecodeLimits)
    intake: IntakeRules = field(default_factory=IntakeRules)
    clips: ClipsPlace = field(default_factory=ClipsPlace)
    broker: BrokerPlace = field(default_factory=BrokerPlace)
    queue: QueueRules = field(default_factory=QueueRules)
    listening: ListeningRules = field(default_factory=ListeningRules)
    asr: AsrRules = field(default_factory=AsrRules)
    log: LogRules = field(default_factory=LogRules)
    limits: AccessLimits = field(default_factory=AccessLimits)
    screen: ScreenRules = field(default_factory=ScreenRules)

"""Which share of the work the signed policy had reviewed, and when: whoever draws signs the share too."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reviewer.access.policy import Policy
from reviewer.model.project import QueueRules

_SETTING = "queue.qa_rate"
OPEN_WINDOWS = timedelta(days=1)
"""A window that was open when the policy changed goes on with the one before, until its next sign-in."""
_CLOCKS = timedelta(minutes=10)
"""By how much the clock of whoever draws may be behind that of the lead's machine."""


class DrawRates:
    """The policies of a lead's log, of which each signs the rate of draws by its hash."""

    def __init__(self) -> None:
        self._policies: list[tuple[datetime, Policy]] = []

    def add(self, at: datetime, detail: Mapping[str, Any]) -> None:
        """One more row that signs a policy; the rows come in their order."""
        policy = Policy.from_detail(detail)
        if policy is not None:
            self._policies.append((at, policy))

    def has(self, rate: float, at: datetime) -> bool:
        """Whether a policy that was in force then, or up to a day before, has this rate.

        True where no policy was ever signed, as in a workspace of an early version.
        """
        ends = (*(begins for begins, _ in self._policies[1:]), None)
        return not self._policies or any(
            begins - at <= _CLOCKS and (end is None or at - end < OPEN_WINDOWS) and _has_rate(policy, rate)
            for (begins, policy), end in zip(self._policies, ends, strict=True)
        )

    def is_unchanged_since(self, rate: float, at: datetime) -> bool:
        """Whether every policy that was in force then or later has this rate."""
        ends = (*(begins for begins, _ in self._policies[1:]), None)
        return all(
            _has_rate(policy, rate)
            for (_, policy), end in zip(self._policies, ends, strict=True)
            if end is None or end > at
        )

    def has_per_mille(self, per_mille: int, at: datetime) -> bool:
        """The same of a rate that was rounded, as rows of the log have it: any of five digits is meant."""
        exact = (round(per_mille / 1000 + step / 100_000, 5) for step in (0, *range(-50, 51)))
        return any(self.has(rate, at) for rate in exact)


def _has_rate(policy: Policy, rate: float) -> bool:
    """A file without the setting has the program's own; one with a whole number may have it as such."""
    if not policy.has_setting(_SETTING):
        return rate == QueueRules().qa_rate
    return policy.says(_SETTING, rate) or (rate.is_integer() and policy.says(_SETTING, int(rate)))

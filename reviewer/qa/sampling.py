"""Selects submissions for review: unpredictable for contractors, reproducible for an auditor."""

from reviewer.access.signed_verdict import draw_value


def is_drawn(secret: bytes, submission_id: str, rate: float) -> bool:
    """Whether HMAC-SHA256(secret, submission id), read as a fraction of 2**64, is below ``rate``.

    Args:
        secret: the workspace's QA secret, 32 bytes, held by QA and leads only.
        submission_id: the id of the submission.
        rate: the share to review, 0 to 1.
    """
    return draw_value(secret, submission_id) < rate * 2**64

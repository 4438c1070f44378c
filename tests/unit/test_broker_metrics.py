"""The broker's numbers as Prometheus text."""

from reviewer.broker.metrics import Metrics, QueueMetrics
from reviewer.errors import Unavailable
from reviewer.stats.queue_figures import QueueFigures

FIGURES = QueueFigures(
    clips={"ready": 3}, tasks={"review": {"open": 2}}, waiting={"review": 2}, leases={"live": 1},
    oldest_waiting={"review": 1_234_567.25}, oldest_lease=0.5, claims=7, submissions=6, late_drafts=0,
    unsent=2, oldest_unsent=90.0,
)  # fmt: skip


def values(metrics: Metrics, now: float = 0.0) -> dict[str, float]:
    lines = [line for line in metrics.text(now).splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_counts_by_code_and_uptime() -> None:
    metrics = Metrics(100.0)
    metrics.released()
    metrics.refused("NOT_LEASED")
    metrics.refused("NOT_LEASED")
    metrics.refused("PURGED")
    metrics.failed("WORKSPACE_FILE_FAILED")
    found = values(metrics, 160.0)
    assert found["reviewer_broker_releases_total"] == 1
    assert found['reviewer_broker_refusals_total{code="NOT_LEASED"}'] == 2
    assert found['reviewer_broker_refusals_total{code="PURGED"}'] == 1
    assert found['reviewer_broker_failures_total{code="WORKSPACE_FILE_FAILED"}'] == 1
    assert found["reviewer_broker_uptime_seconds"] == 60


def test_buckets_of_the_histogram_hold_all_that_took_no_longer() -> None:
    metrics = Metrics(0.0)
    for seconds in (0.001, 0.004, 0.3, 9.0):
        metrics.took(seconds)
    found = values(metrics)
    bucket = "reviewer_broker_request_seconds_bucket"
    assert [found[f'{bucket}{{le="{bound}"}}'] for bound in ("0.001", "0.005", "0.25", "2.5", "+Inf")] == [
        1,
        2,
        2,
        3,
        4,
    ]
    assert found["reviewer_broker_request_seconds_count"] == 4
    assert abs(found["reviewer_broker_request_seconds_sum"] - 9.305) < 1e-6


def test_each_name_says_its_kind() -> None:
    lines = Metrics(0.0).text(0.0).splitlines()
    kinds = {line.split()[2]: line.split()[3] for line in lines if line.startswith("# TYPE")}
    assert kinds == {
        "reviewer_broker_releases_total": "counter",
        "reviewer_broker_refusals_total": "counter",
        "reviewer_broker_failures_total": "counter",
        "reviewer_broker_request_seconds": "histogram",
        "reviewer_broker_uptime_seconds": "gauge",
    }


def test_figures_of_the_queue_have_every_state_and_their_labels() -> None:
    lines = QueueMetrics(lambda: FIGURES).text(0.0).splitlines()
    assert lines[:3] == [
        "# HELP reviewer_queue_up Whether the queue answered.",
        "# TYPE reviewer_queue_up gauge",
        "reviewer_queue_up 1",
    ]
    for line in (
        'reviewer_queue_clips{state="ready"} 3',
        'reviewer_queue_clips{state="final"} 0',
        'reviewer_queue_tasks{kind="review",state="open"} 2',
        'reviewer_queue_oldest_waiting_seconds{kind="review"} 1234567.25',
        "reviewer_queue_oldest_lease_seconds 0.5",
        "reviewer_queue_unsent 2",
        "reviewer_queue_oldest_unsent_seconds 90",
    ):
        assert line in lines
    assert sum(line.startswith("reviewer_queue_clips{") for line in lines) == 8


def test_queue_is_asked_again_only_after_a_while_and_may_be_away() -> None:
    asked = 0

    def figures() -> QueueFigures:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise Unavailable("QUEUE_UNREACHABLE")
        return FIGURES

    metrics = QueueMetrics(figures)
    first = metrics.text(100.0)
    assert metrics.text(114.9) == first
    assert metrics.text(115.0).splitlines()[2:] == ["reviewer_queue_up 0"]
    assert metrics.text(131.0) == first
    assert asked == 3

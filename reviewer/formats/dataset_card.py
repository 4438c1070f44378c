"""The card of a labelled set: ``README.md`` with statistics, and plots as SVG; equal for equal sets."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from reviewer.formats.dataset import write_lines

NAME = "README.md"
PLOTS = "plots"
_WIDTH_PX, _BAR_PX, _GAP_PX, _LABEL_PX, _FIGURE_PX = 640, 18, 6, 150, 80
_HEAD_PX = 34
_SVG = 'xmlns="http://www.w3.org/2000/svg" role="img" font-family="sans-serif" font-size="12"'


def write(folder: Path, facts: Mapping[str, Any]) -> None:
    """Writes the card and its plots; ``facts`` are those of the passport. May raise OSError."""
    (folder / PLOTS).mkdir()
    for name, lines in plots(facts).items():
        write_lines(folder / PLOTS / name, lines)
    write_lines(folder / NAME, card(facts))


def card(facts: Mapping[str, Any]) -> list[str]:
    """The lines of ``README.md``."""
    return _card(facts, {name: title for name, (title, _, _) in _plots(facts["statistics"]).items()})


def plots(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """The lines of each file in ``plots/``."""
    found = _plots(facts["statistics"])
    return {f"{name}.svg": bar_chart(title, unit, bars) for name, (title, unit, bars) in found.items()}


def bar_chart(title: str, unit: str, bars: Sequence[tuple[str, float]]) -> list[str]:
    """The lines of an SVG with a horizontal bar for each value, its figure beside it."""
    most = max((value for _, value in bars), default=0) or 1
    room = _WIDTH_PX - _LABEL_PX - _FIGURE_PX
    height = _HEAD_PX + len(bars) * (_BAR_PX + _GAP_PX) + _GAP_PX
    lines = [
        f'<svg {_SVG} viewBox="0 0 {_WIDTH_PX} {height}" width="{_WIDTH_PX}" height="{height}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH_PX}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_GAP_PX}" y="20" font-size="14" fill="#1c2733">{escape(title)} ({escape(unit)})</text>',
    ]
    for number, (label, value) in enumerate(bars):
        y, length = _HEAD_PX + number * (_BAR_PX + _GAP_PX), round(room * value / most)
        lines += [
            f'<text x="{_LABEL_PX - _GAP_PX}" y="{y + 13}" text-anchor="end">{escape(label)}</text>',
            f'<rect x="{_LABEL_PX}" y="{y}" width="{length}" height="{_BAR_PX}" fill="#2f6f9f"/>',
            f'<text x="{_LABEL_PX + length + _GAP_PX}" y="{y + 13}">{_figure(value)}</text>',
        ]
    return [*lines, "</svg>"]


def _plots(facts: Mapping[str, Any]) -> dict[str, tuple[str, str, list[tuple[str, float]]]]:
    edges = [edge for edge, _ in facts["durations"]]
    names = [f"{low} to {high} s" for low, high in pairwise(edges)]
    classes = zip([*names, f"{edges[-1]} s and more"], facts["durations"], strict=True)
    plots: dict[str, tuple[str, str, list[tuple[str, float]]]] = {
        "durations": ("Length of the rows", "rows", [(name, count) for name, (_, count) in classes])
    }
    for name, title in (("locales", "Locales"), ("splits", "Splits")):
        if facts[name]:
            plots[name] = (title, "hours", [(key, one["hours"]) for key, one in facts[name].items()])
    return plots


def _card(facts: Mapping[str, Any], plots: Mapping[str, str]) -> list[str]:
    found, options = facts["statistics"], facts["options"]
    seconds = found["seconds"]
    lines = [
        f"# {facts['project']}: labelled speech",
        "",
        f"{found['rows']:,} rows of {facts['clips']:,} clips, {found['hours']:.2f} hours,",
        f"{found['speakers']:,} speakers, {found['words']:,} words.",
        "`passport.json` says where the set comes from and what was left out;",
        "`sha256sum --check SHA256SUMS` checks its files.",
        "",
        "Everything in it is personal data of people who consented to one use:",
        "keep it where they agreed to, and delete it when it is recalled.",
        "",
        "| | |",
        "| --- | --- |",
        f"| Formats | {', '.join(facts['formats'])} |",
        f"| Text | profile `{options['profile']}` |",
        f"| Rows | {_rows(options)} |",
        f"| Audio | {_audio(options)} |",
        f"| Sample rates | {', '.join(f'{rate} Hz: {n:,}' for rate, n in found['rates_hz'].items())} |",
        f"| Length | {seconds['p0']} to {seconds['p100']} s, median {seconds['p50']} s |",
        f"| Length, 5 to 95 % | {seconds['p5']} to {seconds['p95']} s |",
        f"| Words a minute | {found['words_a_minute']} |",
        f"| Splits | {_splits(options)} |",
        "",
    ]
    for name, head in (("locales", "Locale"), ("splits", "Split"), ("products", "Product")):
        lines += _table(head, found[name])
    for name, title in plots.items():
        lines += [f"![{title}]({PLOTS}/{name}.svg)", ""]
    if facts["left_out"]:
        lines += ["Clips left out:", "", "| Reason | Clips |", "| --- | ---: |"]
        lines += [f"| `{reason}` | {count:,} |" for reason, count in facts["left_out"].items()]
    return lines


def _table(head: str, parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if not parts:
        return []
    return [
        f"| {head} | Rows | Hours | Speakers |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {_cell(key)} | {one['rows']:,} | {one['hours']:.2f} | {one['speakers']:,} |"
            for key, one in parts.items()
        ),
        "",
    ]


def _rows(options: Mapping[str, Any]) -> str:
    if options["cut"]:
        return f"segments, cut with a margin of up to {options['margin_ms']} ms"
    return "whole clips, with the times of their segments"


def _audio(options: Mapping[str, Any]) -> str:
    parts = [str(options["audio"]).upper()]
    parts.append(f"{options['rate_hz']} Hz" if options["rate_hz"] else "rate as recorded")
    if options["channel"]:
        parts.append(f"channel {options['channel']}")
    parts.append("mixed to mono" if options["mono"] else "channels as recorded")
    return ", ".join(parts)


def _splits(options: Mapping[str, Any]) -> str:
    if options["split"] is None:
        return "none"
    shares = "/".join(map(str, options["split"]))
    return f"train/dev/test {shares} % of the speakers, no speaker in two"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"

"""What is said of a segment in both versions: its times and speakers, and everything that differs."""

from PySide6.QtCore import QCoreApplication

from reviewer.labels.schema import Field, Schema
from reviewer.labels.wording import answer_words, asked
from reviewer.model.annotation import Flag
from reviewer.session.differences import ComparedRow
from reviewer.transcript.edits import Segments, speakers
from reviewer.ui.comparison.segment_comparison import DIFFERS
from reviewer.ui.comparison.side_names import SideNames, of_review
from reviewer.ui.form.flags import flag_label
from reviewer.ui.waveform.ruler_ticks import clip_time
from reviewer.ui.widgets.text_direction import isolated

_FLAG_LABELS = {flag.value: flag for flag in Flag}


def facts_of(
    row: ComparedRow,
    rate_hz: int,
    schema: Schema,
    their_form: Schema | None = None,
    names: SideNames | None = None,
) -> tuple[str, ...]:
    """The lines of a row: times, speaker, then what differs, each behind ≠.

    Their answers are in the words of ``their_form``, if that is another form. ``names`` are those of a
    review, unless others are given.
    """
    sides = names or of_review()
    shown = row.theirs or row.mine
    start, end = min(each.start for each in shown), max(each.end for each in shown)
    lines = [f"{clip_time(start, rate_hz)} – {clip_time(end, rate_hz)}"]
    if row.is_alone:
        lines += [name for name in [_speakers(shown)] if name]
        return (*lines, DIFFERS + sides.only[0 if row.theirs else 1])
    theirs, mine = _speakers(row.theirs), _speakers(row.mine)
    if row.has_other_speaker:
        nobody = _tr("no speaker")
        lines.append(DIFFERS + _tr("{0}, {2}: {1}").format(theirs or nobody, mine or nobody, sides.mine))
    elif theirs or mine:
        lines.append(theirs if theirs == mine else _tr("{0}, {2}: {1}").format(theirs, mine, sides.mine))
    if len(row.theirs) != len(row.mine):
        counts = len(row.theirs), len(row.mine)
        lines.append(DIFFERS + _tr("segments: {0}, {2}: {1}").format(*counts, sides.mine))
    later = (_tr("starts {0} s later {1}"), _tr("ends {0} s later {1}"))
    earlier = (_tr("starts {0} s earlier {1}"), _tr("ends {0} s earlier {1}"))
    for late, early, frames in zip(later, earlier, (row.start_frames, row.end_frames), strict=True):
        if frames:
            seconds = f"{abs(frames) / rate_hz:.2f}"
            lines.append(DIFFERS + (late if frames > 0 else early).format(seconds, sides.in_mine))
    lines += _answer_lines(row, schema, their_form or schema, sides)
    for name in sorted(row.flags):
        label = flag_label(_FLAG_LABELS[name]) if name in _FLAG_LABELS else name
        is_theirs = any(name in each.flags for each in row.theirs)
        lines.append(DIFFERS + _tr("{0}: {1}").format(label, sides.only[0 if is_theirs else 1]))
    return tuple(lines)


def _answer_lines(row: ComparedRow, schema: Schema, their_form: Schema, sides: SideNames) -> list[str]:
    fields = {field.key: field for field in (*schema.fields, *their_form.fields) if field.key in row.labels}
    return [
        DIFFERS
        + _tr("{0} {1}, {3}: {2}").format(
            asked(field.label),
            _answer(their_form.field(key), key, row.theirs),
            _answer(schema.field(key), key, row.mine),
            sides.mine,
        )
        for key, field in fields.items()
    ]


def _answer(field: Field | None, key: str, segments: Segments) -> str:
    given = [answer_words(field, each.labels[key]) for each in segments if key in each.labels]
    return " / ".join(dict.fromkeys(given)) or _tr("no answer")


def _speakers(segments: Segments) -> str:
    return ", ".join(isolated(name) for name in speakers(segments))


def _tr(text: str) -> str:
    return QCoreApplication.translate("qa", text)

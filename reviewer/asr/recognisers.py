"""The recognisers of a project: which one is for a locale, and how it is run."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from reviewer.asr.process import never, run_command
from reviewer.asr.recognition import (
    MOST_BYTES,
    Recognition,
    SpokenText,
    parse_alignment,
    parse_recognition,
    parse_whisper,
)
from reviewer.model.project import RecogniserRule
from reviewer.process_guard import module_command

_POCKETSPHINX = module_command("reviewer.asr.pocketsphinx_child")
_WHISPER = ("-ojf", "-of", "-", "-np", "-f", "-")


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One rule of the project file, ready to run. ``name`` is the engine of what it makes, where known."""

    rule: RecogniserRule

    @property
    def name(self) -> str:
        """What the log calls it; never the whole command, which may hold paths."""
        return PurePath(self.rule.command[0]).name if self.rule.kind == "command" else self.rule.kind

    @property
    def can_align(self) -> bool:
        """Whether it can find a given text in the sound."""
        return self.rule.kind == "pocketsphinx"

    def is_for(self, locale: str) -> bool:
        """Whether it is for clips of a locale: by the language, or the whole tag."""
        language = locale.partition("-")[0]
        return not self.rule.languages or bool({locale, language} & set(self.rule.languages))

    def recognise(self, wav: bytes, locale: str, seconds: float) -> Recognition:
        """The words of a WAV of so many seconds. Raises Unavailable (UnusableOutput)."""
        output = run_command(
            self._command(locale), wav, timeout_seconds=self.rule.timeout_seconds, most_bytes=MOST_BYTES
        )
        if self.rule.kind == "whisper.cpp":
            return parse_whisper(output, seconds, PurePath(self.rule.model).stem)
        return parse_recognition(output, seconds)

    def align(
        self,
        wav: bytes,
        texts: Sequence[SpokenText],
        seconds: float,
        *,
        cancelled: Callable[[], bool] = never,
        in_background: bool = False,
    ) -> tuple[Recognition, ...]:
        """When each word of each text is said in a WAV of so many seconds.

        Words that the aligner does not know are left out. Raises Unavailable (UnusableOutput).
        """
        parts = [{"text": each.text, "start": each.start, "end": each.end} for each in texts]
        output = run_command(
            (*_POCKETSPHINX, "align"),
            json.dumps({"parts": parts}).encode() + b"\n" + wav,
            timeout_seconds=self.rule.timeout_seconds,
            most_bytes=MOST_BYTES,
            cancelled=cancelled,
            in_background=in_background,
        )
        return parse_alignment(output, len(parts), seconds)

    def _command(self, locale: str) -> tuple[str, ...]:
        if self.rule.kind == "pocketsphinx":
            return (*_POCKETSPHINX, "recognise")
        language = locale.partition("-")[0]
        if self.rule.kind == "whisper.cpp":
            program = self.rule.command or ("whisper-cli",)
            return (*program, "-m", self.rule.model, "-l", language, *_WHISPER)
        filled = {"{language}": language, "{locale}": locale, "{model}": self.rule.model}
        return tuple(_filled(argument, filled) for argument in self.rule.command)


def recognisers_for(rules: Sequence[RecogniserRule], locale: str) -> tuple[Recogniser, ...]:
    """The recognisers for a locale, in the order of the project file."""
    return tuple(one for rule in rules if (one := Recogniser(rule)).is_for(locale))


def aligner_for(rules: Sequence[RecogniserRule], locale: str) -> Recogniser | None:
    """The first recogniser for a locale that can align a text, if there is one."""
    return next((one for one in recognisers_for(rules, locale) if one.can_align), None)


def _filled(argument: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        argument = argument.replace(name, value)
    return argument

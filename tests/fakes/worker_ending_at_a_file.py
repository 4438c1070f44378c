"""A preparation worker that ends at one file, and has no room for another."""

import os

from reviewer.audio.decode.decoder import Decoder
from reviewer.lead import preparation_worker
from reviewer.lead.preparation_worker import NotPrepared, Request, SealedFiles, Setup

_answer = preparation_worker._answer


def _answer_or_end(
    store: preparation_worker._NotingStore, setup: Setup, decoder: Decoder, request: Request
) -> SealedFiles | NotPrepared:
    if request.path.endswith(b"ending.wav"):
        os._exit(7)
    if request.path.endswith(b"full.wav"):
        return NotPrepared("CLIP_NOT_WRITTEN", {"problem": "full"}, is_refused=False)
    return _answer(store, setup, decoder, request)


if __name__ == "__main__":
    preparation_worker._answer = _answer_or_end
    preparation_worker.main()

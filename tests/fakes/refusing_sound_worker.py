"""A sound worker for which every disk is full."""

import errno
import sys

from reviewer.lead.sound_worker import NotWritten, decode_request
from reviewer.lead.worker_pipe import receive, send

if __name__ == "__main__":
    while receive(sys.stdin.buffer, decode_request) is not None:
        send(sys.stdout.buffer, NotWritten(errno.ENOSPC, "No space left on device"))

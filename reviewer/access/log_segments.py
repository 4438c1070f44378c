"""Writes closed segments of the access log as files that need neither the workspace nor a passphrase.

A segment ends with a checkpoint, which signs its last row and the Merkle root over the whole log so far. A
file is JSON Lines: what came before (rows, hash of the last, frontier of the tree), then each row (body and
signature), then the checkpoints over its rows. ``script/reviewer-verify`` reads them in order.
"""

import json
from pathlib import Path

from reviewer.access.audit_log import AuditLog
from reviewer.access.log_chain import GENESIS, leaf_of
from reviewer.access.merkle import Frontier
from reviewer.errors import Unavailable
from reviewer.files import write_atomically


def write_segments(log: AuditLog, folder: Path) -> list[Path]:
    """Writes the closed segments that are not in the folder yet; returns their files. Raises Unavailable."""
    written = []
    tree, head = Frontier(), GENESIS
    for first, last in log.segments():
        before: dict[str, object] = {
            "log": log.log_id,
            "rows": tree.size,
            "hash": head.hex(),
            "tree": tree.to_bytes().hex(),
        }
        rows: list[dict[str, object]] = []
        for row in log.rows(first, last - first + 1):
            tree.add(leaf_of(row))
            head = row.hash
            rows.append({"body": row.body.decode(), "signature": row.signature.hex()})
        notes: list[dict[str, object]] = [{"checkpoint": note} for note in log.notes(first, last)]
        file = folder / f"{log.log_id}-{first:09d}-{last:09d}.jsonl"
        if not file.exists():
            _write(file, [before, *rows, *notes])
            written.append(file)
    return written


def _write(file: Path, lines: list[dict[str, object]]) -> None:
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, data, mode=0o444)
    except OSError as error:
        raise Unavailable("CHECKPOINT_NOT_WRITTEN", problem=error.strerror or "") from error

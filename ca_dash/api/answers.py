"""Rows as the answer of a request: the same bytes as `ca export` writes, with what they are of in headers, and an ETag."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO

from flask import Response, g, request

from ca_assets.export.files import Format

MIMETYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
CHUNK_BYTES = 1 << 18
IN_MEMORY_BYTES = 8 << 20  # of an answer; a longer one waits in a file, so that a slow reader costs no memory
CACHING = "private, no-cache"  # keep it, and ask with its ETag whether it is still right


def etag_of(*parts: Any) -> str:
    """Stands for an answer: the publication's state of what it is made from, and what was asked and for whom."""
    return hashlib.blake2b(json.dumps([*map(str, parts), request.full_path, g.get("api_limits")]).encode(), digest_size=12).hexdigest()


def is_known(etag: str) -> bool:
    """Whether the caller has the answer already; the name of a compression after the tag does not matter."""
    given = request.if_none_match
    return given.star_tag or any(tag.partition(":")[0] == etag for tag in (*given.as_set(include_weak=True),))


def not_modified(etag: str) -> Response:
    """The answer to a caller who has it already."""
    return Response(status=304, headers={"ETag": f'"{etag}"', "Cache-Control": CACHING})


def json_answer(value: Any, etag: str | None = None) -> Response:
    """A value as JSON."""
    response = Response(json.dumps(value, ensure_ascii=False, default=str), mimetype=MIMETYPES["json"])
    return _tagged(response, etag)


def file_answer(name: str, form: Format, etag: str, write: Callable[[BinaryIO], Any], headers: dict[str, str] | None = None) -> Response:
    """What `write` writes, streamed from a file of the server when it is large. `name`: of the file that a browser would save."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))
        write(file)  # type: ignore[arg-type]
        closing = stack.pop_all()  # it is read after this, until the answer was sent
    size = file.tell()
    file.seek(0)
    response = Response(_chunks(file), mimetype=None, headers=headers)
    response.headers["Content-Type"] = MIMETYPES[form]
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = f'attachment; filename="{safe_name(name)}.{form}"'
    response.call_on_close(closing.close)
    return _tagged(response, etag)


def rows_text(write: Callable[[BinaryIO], Any]) -> str:
    """The JSON list that `write` writes."""
    target = io.BytesIO()
    write(target)
    return target.getvalue().decode()


def safe_name(name: str) -> str:
    """A file's name of letters that every system takes and that cannot end a header."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:120] or "export"


def header_text(text: str) -> str:
    """A text that may stand in a header: printable ASCII, all else percent-encoded."""
    from urllib.parse import quote

    return quote(text, safe=" =:/,;+-_.@")


def _chunks(file: Any) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _tagged(response: Response, etag: str | None) -> Response:
    response.headers["Cache-Control"] = CACHING
    if etag is not None:
        response.set_etag(etag)
    return response

"""Why an upload is refused, in words for whoever uploads, with the HTTP status that says it to programs."""

from __future__ import annotations

from http import HTTPStatus


class UploadError(ValueError):
    """An upload cannot go on; the message says why and what to do. `offset`: where to go on, if it is misplaced."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY, offset: int | None = None) -> None:
        super().__init__(message)
        self.status, self.offset = status, offset

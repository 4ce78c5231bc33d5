"""The upload protocol on disk: create, append at an offset, complete with a SHA-256. What is half done survives reloads and restarts.

    CA_HOME/uploads/parts/ID/{meta.json, data}     while it comes in; its size on disk is the offset at which to go on
    CA_HOME/uploads/BATCH/orders.csv               once it is complete and checked; a batch is what one source reads

Belongs here: this. What a file may be called and hold: `names`, `content`, `unpack`. HTTP: `ca_dash`.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

from filelock import FileLock

from ca_assets.connecting.uploads.content import check_content
from ca_assets.connecting.uploads.errors import UploadError
from ca_assets.connecting.uploads.names import GZIP, ZIP, checked_name, ending
from ca_assets.connecting.uploads.unpack import require_room, unpacked

FOLDER, PARTS = "uploads", "parts"
MAX_BYTES, CHUNK_BYTES, MAX_OPEN = 2 << 30, 4 << 20, 50
ABANDONED_SECONDS = 7 * 86_400
ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Upload:
    """A file that is being uploaded: `size` bytes, of which `offset` are here. `batch`: the folder in which it will lie."""

    id: str
    batch: str
    name: str
    size: int
    owner: str
    offset: int = 0


class Uploads:
    """All uploads of an installation; every method is safe in several processes. `owner`: who uploads; others do not see his."""

    def __init__(self, home: Path) -> None:
        self._root = home / FOLDER
        self._parts = self._root / PARTS

    def create(self, owner: str, name: str, size: int, batch: str | None = None) -> Upload:
        """Begin an upload, of a batch that there is or of a new one. Raises UploadError."""
        name = checked_name(name)
        if not 0 < size <= MAX_BYTES:
            raise UploadError(f"“{name}” is empty or has more than {MAX_BYTES >> 30} GB; pack it as .zip, or part it into several files.")
        if len(self.unfinished(owner)) >= MAX_OPEN:
            raise UploadError(f"{MAX_OPEN} uploads are open already; finish or remove some first.", HTTPStatus.TOO_MANY_REQUESTS)
        self._parts.mkdir(parents=True, exist_ok=True)
        require_room(self._parts, size)
        upload = Upload(secrets.token_hex(12), _checked_id(batch) if batch else secrets.token_hex(12), name, size, owner)
        folder = self._parts / upload.id
        folder.mkdir()
        (folder / "data").touch()
        (folder / "meta.json").write_text(json.dumps(asdict(upload)), encoding="utf-8")
        return upload

    def find(self, owner: str, upload_id: str) -> Upload:
        """An upload with what is here of it. UploadError (404) when the owner has none of that id."""
        folder = self._parts / _checked_id(upload_id)
        try:
            upload = Upload(**json.loads((folder / "meta.json").read_text(encoding="utf-8")))
            offset = (folder / "data").stat().st_size
        except (OSError, json.JSONDecodeError, TypeError):
            raise _gone() from None
        if upload.owner != owner:
            raise _gone()
        return Upload(**{**asdict(upload), "offset": offset})

    def unfinished(self, owner: str) -> list[Upload]:
        """The owner's uploads that are not complete, by name."""
        uploads = []
        for folder in self._parts.glob("*"):
            try:
                uploads.append(self.find(owner, folder.name))
            except UploadError:
                continue  # another's, or gone meanwhile
        return sorted(uploads, key=lambda upload: (upload.name, upload.id))

    def append(self, owner: str, upload_id: str, offset: int, data: bytes) -> Upload:
        """Add bytes at the offset, which must be where the upload stands (else 409 with the right one). Raises UploadError."""
        upload = self.find(owner, upload_id)
        with self._lock(upload):
            upload = self.find(owner, upload_id)
            if offset != upload.offset:
                raise UploadError("This part does not follow the last one.", HTTPStatus.CONFLICT, offset=upload.offset)
            if offset + len(data) > upload.size or len(data) > CHUNK_BYTES:
                raise UploadError("This part is longer than was announced.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            require_room(self._parts, len(data))
            with (self._parts / upload.id / "data").open("ab") as file:
                file.write(data)
            return self.find(owner, upload_id)

    def complete(self, owner: str, upload_id: str, sha256: str) -> list[str]:
        """Check the whole file and put it (or what is packed in it) into its batch; names of its files. UploadError: nothing is kept."""
        upload = self.find(owner, upload_id)
        with self._lock(upload):
            upload = self.find(owner, upload_id)
            if upload.offset != upload.size:
                raise UploadError("The upload is not complete yet.", HTTPStatus.CONFLICT, offset=upload.offset)
            try:
                return self._taken_in(upload, sha256)
            finally:
                shutil.rmtree(self._parts / upload.id, ignore_errors=True)

    def cancel(self, owner: str, upload_id: str) -> None:
        """Forget an upload and what is here of it. Raises UploadError."""
        shutil.rmtree(self._parts / self.find(owner, upload_id).id, ignore_errors=True)

    def files(self, batch: str) -> list[str]:
        """Names of the complete files of a batch, in order."""
        folder = self._root / _checked_id(batch)
        return sorted(path.name for path in folder.glob("*") if path.is_file())

    def path_of(self, batch: str, folder: Path) -> str:
        """What shop.yaml writes under `path`, relative to its folder where that is CA_HOME: one file, or the folder of several."""
        names, place = self.files(batch), self._root / batch
        if not names:
            raise UploadError("No file was uploaded.")
        path = place / names[0] if len(names) == 1 else place
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)

    def is_inside(self, path: Path) -> bool:
        """Whether a path, as it is resolved, is a batch or in one."""
        place = path.resolve()
        root = self._root.resolve()
        return place.is_relative_to(root) and place != root and not place.is_relative_to(root / PARTS)

    def remove_abandoned(self, used: Collection[str]) -> None:
        """Remove uploads that nobody went on with for a week, and batches as old that no text in `used` names."""
        oldest = time.time() - ABANDONED_SECONDS
        for folder in (*self._parts.glob("*"), *self._root.glob("*")):
            is_used = folder.name == PARTS or any(folder.name in text for text in used)
            if ID.fullmatch(folder.name) and not is_used and _newest_change(folder) < oldest:
                shutil.rmtree(folder, ignore_errors=True)

    def _taken_in(self, upload: Upload, sha256: str) -> list[str]:
        data, batch = self._parts / upload.id / "data", self._root / upload.batch
        with data.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if not secrets.compare_digest(digest, sha256.lower()):
            raise UploadError(f"“{upload.name}” did not arrive as it was sent. Choose it again.")
        with tempfile.TemporaryDirectory(dir=self._parts / upload.id) as scratch:
            files = [(data, upload.name)]
            if ending(upload.name) in (ZIP, GZIP):
                files = list(unpacked(data, upload.name, Path(scratch)))
            for path, name in files:
                check_content(path, name)
            batch.mkdir(exist_ok=True)
            for path, name in files:
                path.replace(batch / name)
        return [name for _, name in files]

    def _lock(self, upload: Upload) -> FileLock:
        return FileLock(self._parts / f"{upload.id[:2]}.lock")


def _checked_id(text: str) -> str:
    if not ID.fullmatch(text):
        raise _gone()
    return text


def _gone() -> UploadError:
    return UploadError("There is no such upload any more. Choose the file again.", HTTPStatus.NOT_FOUND)


def _newest_change(folder: Path) -> float:
    return max((path.stat().st_mtime for path in (folder, *folder.rglob("*")) if path.exists()), default=0.0)

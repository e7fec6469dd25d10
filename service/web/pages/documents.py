"""Files of a case, with the address that they are fetched from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.store.entries import AttachmentRow
from service.web.pages import wording

#: The API serves the bytes: as an attachment, typed by content, for who may read the case.
ADDRESS = "/api/v1/attachments/{id}"
#: What the API also shows within a page.
PREVIEWED = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/bmp"})


def documents_of(rows: Iterable[AttachmentRow]) -> list[dict[str, Any]]:
    """List {name, url, size_words, at, type, preview (address)|None} for `components/documents.html`."""
    return [
        {
            "name": row.name, "url": ADDRESS.format(id=row.id), "size_words": wording.size(row.size), "at": row.created_at,
            "type": row.media_type,
            "preview": f"{ADDRESS.format(id=row.id)}/preview" if row.media_type in PREVIEWED else None,
        }
        for row in rows
    ]  # fmt: skip


def file_facts(rows: Iterable[AttachmentRow]) -> dict[str, dict[str, Any]]:
    """Map ids to what the file field of the form module shows."""
    return {
        row.id: {
            "name": row.name, "size": row.size, "sha256": row.sha256, "media_type": row.media_type,
            "url": ADDRESS.format(id=row.id),
        }
        for row in rows
    }  # fmt: skip

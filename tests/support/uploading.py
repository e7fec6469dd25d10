"""Upload a small PDF in somebody's name, as the web does it."""

from __future__ import annotations

import io

from city import City

from service.store import entries

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def upload(city: City, account: str, *, name: str = "建设方案.pdf", content: bytes = PDF) -> str:
    """Store a file; returns the id of its attachment."""
    blob = city.engine.machine.blobs.put(io.BytesIO(content), limit=1 << 20)
    with city.store.write() as connection:
        row = entries.insert_attachment(
            connection,
            account=account,
            name=name,
            size=blob.size,
            sha256=blob.sha256,
            media_type="application/pdf",
            at=city.clock.now(),
        )
    return row.id

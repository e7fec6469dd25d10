"""Small files that scenarios upload: real enough for the checks of file kinds, with nothing in them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

#: Kind as scenario files name it -> (content, media type).
SAMPLES: Final[Mapping[str, tuple[bytes, str]]] = {
    "pdf": (b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n", "application/pdf"),
    "png": (
        base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="),
        "image/png",
    ),
    "txt": ("样例文件\n".encode(), "text/plain"),
    "csv": ("名称,数量\n样例,1\n".encode(), "text/csv"),
}

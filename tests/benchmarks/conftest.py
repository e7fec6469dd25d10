"""The modules of the bench import each other by plain names, as when it is run."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

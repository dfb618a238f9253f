"""What must be shown as it is written, wherever people or models write: HTML, Markdown and Streamlit's own marks."""

from __future__ import annotations

HOSTILE = (
    "<script>alert(1)</script> **negritas** [liga](http://x.example) $x$ :smile: {{ facts }} "
    "<img src=x onerror=alert(1)>"
)

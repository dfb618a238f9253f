"""How a reply was made; other pages show it too."""

from __future__ import annotations

from workbench.views.simulator.trace.panel import show_trace

__all__ = ["show_trace"]

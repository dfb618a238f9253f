"""The report of an experiment: one HTML file that opens offline, Markdown, JSON, and a PDF where Chromium is."""

from workbench.evaluation.report.experiment.writing import ReportPaths, write_report

__all__ = ["ReportPaths", "write_report"]

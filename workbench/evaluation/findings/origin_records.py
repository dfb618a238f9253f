"""What the variants' runs were made with, and where they were made with different data."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.records import Provenance


@dataclass(frozen=True, slots=True)
class Origin:
    """What it takes to get the numbers of these variants again. One for all variants of an experiment; two runs that
    are compared may have two."""

    variants: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class DataUsed:
    """What one variant was played on: the split's or the file's name, where it is known, and the digest of what was in
    it; the digest is empty for a run of a version that did not record it."""

    variant: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class DataDifference:
    """Data that was not the same for all variants: what they differ in may come from it, and not from the variants."""

    data: str
    """"dataset", "catalog" or "knowledge"."""
    label: str
    used: tuple[DataUsed, ...]
    """One for each variant."""

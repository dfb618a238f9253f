"""The interval of a mean of differences, one difference for each conversation.

The t interval over the conversations' own mean differences: trials and turns inside a conversation may depend on each
other in any way. Where (almost) nothing differs there is no variance to go by, and the t interval would be a point:
there two pseudo-conversations are added, as Bonett and Price (2012) do for paired proportions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.evaluation.statistics.rates import LEVEL, Floats

MIN_DIFFERING = 3
"""Below so many conversations that differ at all, the interval is widened."""
_ZERO = 1e-12


def difference_interval(differences: Floats) -> tuple[Floats, Floats]:
    """Lower and upper 95 % bounds along the last axis: shape (…, n) gives two arrays of shape (…).

    Raises ValueError when n is 0.
    """
    differences = np.asarray(differences, dtype=float)
    if differences.shape[-1] == 0:
        raise ValueError("no conversation was scored in both variants")
    thin = _is_thin(differences)
    bounds = np.empty((2, *thin.shape))
    if thin.any():
        bounds[:, thin] = _t_interval(_with_pseudo_conversations(differences[thin]))
    if not thin.all():
        bounds[:, ~thin] = _t_interval(differences[~thin])
    return bounds[0], bounds[1]


def spread_of(differences: Floats) -> float:
    """The standard deviation that the interval of `differences`, shape (n,), is computed from; never 0."""
    thin = bool(_is_thin(differences))
    return float(np.std(_with_pseudo_conversations(differences) if thin else differences, ddof=1))


def _is_thin(differences: Floats) -> NDArray[np.bool_]:
    differing = (np.abs(differences) > _ZERO).sum(axis=-1)
    return np.asarray((differing < MIN_DIFFERING) | (np.ptp(differences, axis=-1) <= _ZERO))


def _with_pseudo_conversations(differences: Floats) -> Floats:
    """Two more that differ by plus and minus the usual size of a difference; by 1 when nothing differs at all."""
    differing = (np.abs(differences) > _ZERO).sum(axis=-1)
    squares = (differences**2).sum(axis=-1)
    size = np.where(differing > 0, np.sqrt(squares / np.maximum(differing, 1)), 1.0)[..., np.newaxis]
    return np.concatenate([differences, size, -size], axis=-1)


def _t_interval(differences: Floats) -> Floats:
    """Shape (2, …): lower and upper bounds."""
    from scipy import stats  # type: ignore[import-untyped]

    bounds = stats.ttest_1samp(differences, 0.0, axis=-1).confidence_interval(LEVEL)
    return np.stack([bounds.low, bounds.high])

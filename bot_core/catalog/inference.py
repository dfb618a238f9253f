"""What a row does not say but its words do: transmission from the version. Whoever shows it marks it as inferred."""

from __future__ import annotations

import re
from functools import lru_cache

from bot_core.intents import Transmission
from bot_core.normalization import fold

_AUTOMATIC = re.compile(
    r"(?<![a-z0-9])(auto|aut|automatico|automatica|at|ta|cvt|ivt|e-?cvt|xtronic|dct|edct|dsg|tip|tiptronic|s[ -]?tronic"
    r"|steptronic|multitronic|g-?tronic|geartronic|shiftronic|powershift|i-?motion)(?![a-z0-9])"
)
_MANUAL = re.compile(r"(?<![a-z0-9])(man|manual|tm|mt|std|estandar|standard)(?![a-z0-9])")


@lru_cache(maxsize=4096)
def inferred_transmission(version: str) -> Transmission | None:
    """From the tokens that Mexican version names use; None when they say nothing or contradict each other."""
    text = fold(version)
    automatic, manual = bool(_AUTOMATIC.search(text)), bool(_MANUAL.search(text))
    if automatic == manual:
        return None
    return Transmission.AUTOMATIC if automatic else Transmission.MANUAL

"""What became of a paper that was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["fetched", "present", "abstract", "closed", "changed", "failed", "found", "unknown", "bare"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one paper; ``bad`` where somebody should look at it."""

    id: str
    state: State
    detail: str = ""

    @property
    def bad(self) -> bool:
        """Whether a paper that was asked for did not come, or is not what came before."""
        return self.state in ("failed", "changed")

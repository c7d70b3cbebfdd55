"""How sentences go on: about the study before, beside it, or about research at large."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence import cues
from pipeline.evidence.statements import Statement
from pipeline.schema import Citation

_BESIDE = re.compile(
    r"(?:As (?:in|with)|Like|Unlike|Similar(?:ly)? to|In line with|Consistent with|In contrast (?:to|with)|"
    r"Compared (?:to|with))\b"
)
_GOES_ON = re.compile(r"(?:This|These|That|Those|It|They)\b")
_LIKENED = re.compile(
    r"\b(?:comparable|similar|compared|superior|inferior) (?:to|with)\b(?!.*\b(?:patients|people|those|group|"
    r"controls?|placebo)\b)"
)


def goes_on(s: Statement) -> bool:
    """Whether a sentence without a figure or an endpoint still tells of the study before."""
    if cues.has("same", s.text):
        return True
    if any(m.label == "SCALE" for m in s.mentions) and any(
        cues.has(kind, s.text) for kind in ("up", "down", "good", "bad")
    ):
        return True  # "scores on the scale decreased more with the drug"
    told = (
        any(m.label == "DRUG" for m in s.mentions) or cues.has("route", s.text) or cues.has("design", s.text)
    )
    return told and cues.has("anaphora", s.text, 0, 80)


def compares(text: str, start: int, anchors: Sequence[Citation]) -> bool:
    """Whether a sentence goes on about the study before and cites another only beside it.

    *As in the earlier trial,²¹ no difference was found*; *This effect is comparable to that of a single dose.¹⁸*
    """
    at = anchors[-1].at - start
    comma = "," in text[max(0, at - 1) : at + 1]
    if _BESIDE.match(text) and at < 70 and comma:
        return True
    return bool(_GOES_ON.match(text) and _LIKENED.search(text[:at])) and len(anchors) == 1


def leaves(text: str) -> bool:
    """Whether an uncited sentence speaks of research at large, not of the study before."""
    return cues.has("general", text) and not cues.has("anaphora", text, 0, 80)

"""Citation marks that cannot be right, and studies told of before they are cited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.evidence import cues
from pipeline.evidence.named import is_by
from pipeline.schema import Citation, DrugValue, Found, Reference

_ANOTHER_STUDY = re.compile(
    r"(?:(?:However|In contrast|By contrast|Similarly|More recently|Recently|Later|Finally|In addition|"
    r"Moreover|Furthermore|"
    r"Subsequently),?\s+)?(?:[Ii]n\s+)?(?:an?|another|one|the (?:first|second|third|fourth|last|"
    r"other))\s+(?:[\w-]+,?\s+){0,6}?(?:study|trial|RCT)\b",
    re.IGNORECASE,
)
_SAME_STUDY = re.compile(
    r"\b(?:extension|follow-?up|analys[ie]s|subset|phase|part|sub-?study|interim|secondary|of (?:the|this|that))\b",
    re.IGNORECASE,
)
_BY = re.compile(r"([A-ZÀ-Þ][\w’'‐-]+) (?:et al\.?|and (?:colleagues|co-?workers|associates))$")
#: One trial spoken of by its design, so that a review of many cannot be meant.
_ONE_TRIAL = re.compile(
    r"\b(?:randomi[sz]ed|double-?blind|placebo-?controlled|open-?label|controlled|crossover|"
    r"pilot)[\w\s,-]{0,60}?\b(?:trial|study|RCT)\b(?! (?:data|evidence))|"
    r"\brandomi[sz]ed \d+|\b\d+ (?:patients|adults|children|women|men|participants|subjects) (?:were|received|took)\b",
    re.IGNORECASE,
)
_REVIEWED = re.compile(
    r"\b(?:meta-?analys\w+|reviews?|reviewed|pooled|guidelines?|trials|studies|survey\w*|animals?|rats?|mice|mouse)\b",
    re.IGNORECASE,
)


def is_of_study(text: str) -> bool:
    """Whether a text can speak of one study at all."""
    return "study" in text or "trial" in text or "RCT" in text


def announces(text: str) -> bool:
    """Whether an uncited sentence turns to another study.

    >>> announces("A second trial tested the drug in women."), announces("An analysis of the trial found more.")
    (True, False)
    """
    if not is_of_study(text):
        return False
    match = _ANOTHER_STUDY.match(text)
    return match is not None and not _SAME_STUDY.search(match[0])


def misfit(
    text: str,
    start: int,
    anchors: Sequence[Citation],
    mentions: Sequence[Found],
    references: Mapping[str, Reference],
) -> list[str]:
    """The work cited for a single trial in people, though its title is of a review or a laboratory: a wrong mark.

    ``start`` is where the sentence ``text`` stands in the document.
    """
    given = any(isinstance(m.value, DrugValue) for m in mentions)
    if not given or not any(m.label in ("SAMPLE_SIZE", "DOSE", "OUTCOME", "RESULT") for m in mentions):
        return []
    for anchor in anchors:
        work = references.get(anchor.keys[0]) if len(anchor.keys) == 1 else None
        if work is None or cues.reference_kind(work) not in ("review", "animal"):
            continue
        # another's name before the mark, and people counted
        names = _BY.search(text[: anchor.at - start].rstrip("., )"))
        if names and not is_by(work, [names[1]]) and any(m.label == "SAMPLE_SIZE" for m in mentions):
            return [work.key]
        # the trial stands right before its mark, or the sentence has no other
        said = text[max(0, anchor.at - start - 80) : anchor.at - start] if len(anchors) > 1 else text
        found = _ONE_TRIAL.search(said)
        if found and not _REVIEWED.search(said) and (len(anchors) == 1 or found.end() >= len(said) - 2):
            return [work.key]
    return []

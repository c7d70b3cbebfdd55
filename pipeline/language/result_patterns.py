"""Printed forms of results that a pattern settles: P values, effect sizes with their intervals, percentages."""

from __future__ import annotations

import re
from functools import cache

from pipeline.language.lexicon import rows

_SIGN = r"(?:<\s*or\s*=|>\s*or\s*=|<\s*/\s*=|</=|>/=|<=|>=|=|<|>|≤|≥|≦|⩽|~|≈|\$\s*<\s*\$)"
_DECIMAL = r"(?:\d+(?:[.·]\d+)?\s*[x×*]\s*10\s*(?:\^|\(|\{)?\s*[-−–]\s*\d+\)?|\d?[.·]\d+(?:[eE][-−–]?\d+)?|[01](?![\d.,%])|0,\d+)"
#: *P = .003*, *p-value < 0.05*, *P for trend=0.02*, *p(interaction) = .2*, *P values of .03*
P_VALUE = re.compile(
    rf"(?<![\w-])[Pp]s?(?![A-Za-z])(?:[\s-]?(?:values?|level))?(?:[\s-]+(?:for|of)\s+(?!\d)[a-z][\w\s-]{{0,30}}?|\s*\([^()\d]{{1,24}}\)|[-_][A-Za-z*-]+(?:\s+interaction)?|\s*(?:trend|interaction|overall))?"
    rf"(?:\s*(?:was|were|is|,|:)?\s*{_SIGN}\s*|(?<=[aes])\s+(?:of|was|were|is)\s+|(?<=[PpEe])\s*:\s*|(?<=value)\s+|(?<=value)\s*\(|(?<=[Pp])\s(?=[.0]))(?:{_SIGN}\s*)?(?P<number>{_DECIMAL})"
)
#: a P value that is a level set beforehand
LEVEL_BEFORE = re.compile(r"\b(?:significan(?:t|ce)\s+(?:level\s+)?(?:was\s+|were\s+)?(?:set\s+|defined\s+|considered\s+|accepted\s+)?(?:at|as|if|when)|level of significance|set at|defined as|considered (?:statistically )?significant|alpha)\s*\W*$", re.IGNORECASE)
LEVEL_AFTER = re.compile(r"\W*\s*(?:was|were|is|being)\s+(?:considered|regarded|taken|defined|accepted|deemed|used|set|indicat\w+)", re.IGNORECASE)
PERCENT = re.compile(r"\s?(?:%|percent\b|per\s?cent\b)")
#: what stands between the ends of an interval
ENDS = re.compile(r"\s*%?\s*(?:[-‐‑–—−]|to|,|;|and|through|\.\.\.?)\s*")
TIME = re.compile(r"(?:[\s-]|(?<=\d))\s?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wks?|wk|months?|mos?|mo|years?|yrs?|yr)\b(?!\s*/)")
SPREAD = re.compile(r"\s*%?\s*(?:±|\+\s?/?\s?[-−–]|\+-)\s*")
#: between the words *95% CI* and the interval
TO_INTERVAL = re.compile(r"(?:[\s,:;=(\[\]){}|]|\b(?:CIs?|of|from|was|were|is|for|the|difference|between|respectively|to|ratio)\b)*", re.IGNORECASE)
#: between an effect measure and its number; a longer way needs a copula at its end
TO_EFFECT = re.compile(r"(?:\s|[,:;=()\[\]~≈]|\b(?:was|were|is|of|for|at|and|the|a|an|adjusted|unadjusted|pooled|overall|d|g|estimated|approximately|about|around|only|corresponding|to|as|being|standard(?:ized|ised))\b|\([^()\d]{1,20}\)|\[[A-Za-z\s]{1,12}\])*")
COPULA = re.compile(r"(?:\b(?:was|were|is|of|at|to be|reached|equal(?:ed|s)?|averaged|by)|[=:,])\s*(?:only|about|approximately|around|~|≈)?\s*[(\[]?\s*$")
COPULA_FAR = re.compile(r"(?:\b(?:was|were|is|of|at|to be|reached|averaged|by)|[=:])\s*(?:only\s+|about\s+|approximately\s+|an?\s+(?:average|mean|median|total|estimated|maximum)\s+(?:of\s+)?)?[(\[]?\s*$")
NAMED_AFTER = re.compile(r"\s*[,(\[]{0,2}\s*(?:Cohen|Hedges|Glass)\b")
SHORT_EQUALS = re.compile(r"(?<![\w-])(?P<cue>[dg]|η2|η²|OR|RR|HR|MD|SMD|WMD|NNT|NNH|AOR|aOR|aHR|IRR|ES)\b")

#: before a percentage that is none of an outcome
NOT_BEFORE = re.compile(
    r"(?:[≥≤<>]=?\s*|\$\\?[gl]eq?\$?\s*|>\s*or\s*=\s*|<\s*or\s*=\s*|\b(?:at least|minimum of|minimum|exceeding|greater than or equal to|power of|power was|level of|significance at|confidence|up to a|alpha of|margin of|error of|"
    r"assuming an?|rate of return of|oxygen|with an? expected)\s+(?:an?\s+)?)$", re.IGNORECASE)
NOT_AFTER = re.compile(
    r"\s*[-–]?\s*(?:\(?(?:CIs?\b|C\.I|confidence|credible|CrI\b|prediction|limits?\b)|(?:statistical\s+)?power\b|or\s+(?:greater|more|higher|less|lower|fewer|better|larger)\b|saline|NaCl|sodium chloride|cream\b|gel\b|solution|ointment|lotion|"
    r"glucose|dextrose|ethanol|oxygen|O2\b|formalin|serum\b|albumin|w/[vw]|significance|level\b|probability|chance\b|bioavailab|confident|isodose|of (?:the )?(?:prescri|dose|expected|planned|initial cohort|accrual|maxim))", re.IGNORECASE)
PEOPLE_OF = re.compile(r"\s*\)?\s*(?:of (?:the |all )?(?:\w+ ){0,2}?(?:were|was) |were |was )?(?:fe)?(?:male|women|men|white|caucasian|black|african|asian|hispanic|latin[ao])s?\b", re.IGNORECASE)
PEOPLE_BEFORE = re.compile(r"\b(?:(?:fe)?males?|white|caucasian|black|hispanic|asian|latin[ao]s?|age|aged)\s*[,:(=]?\s*$", re.IGNORECASE)


@cache
def cue_words(kind: str) -> frozenset[str]:
    """The forms of one kind of cue in result_cues.tsv."""
    return frozenset(row["form"] for row in rows("result_cues.tsv") if row["kind"] == kind)

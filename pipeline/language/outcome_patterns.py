"""The patterns of outcomes: what belongs to an endpoint's phrase, and the words right beside it that decide.

Single words with their weights are rows of lexicons/cues.tsv; here stand the shapes that take more than one word.
"""

from __future__ import annotations

import re

from pipeline.language.numbers import DASHES


def _compile(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE)


# ---------------------------------------------------------------- what belongs to the phrase

#: from a noun of change to its object: a preposition, and up to four words that are no prepositions, verbs or stops
CHANGE_OF = _compile(
    r"\s+(?:in|of|on|from|for)\s+",
    r"(?:(?!(?:in|of|on|from|for|with|by|at|to|was|were|is|that|which|who|after|during)\b)",
    rf"[\w'’/{DASHES}]+\s+(?:\(\w+\)\s+)?){{0,4}}",
)
#: from a scale to the word *score*: its abbreviation in brackets, up to four words like *total*
SCORE = _compile(
    r"\s?[)\]]?(?:\s+[(\[][^()\[\]]{1,24}[)\]]?)?",
    rf"(?:\s+(?!(?:and|or|in|of|for|at|was|were|is|than|with|to|on|by)\b)[\w/{DASHES}]+){{0,4}}?\s+(?:scores?|ratings?)\b",
)
#: what makes a bare *improvement* a reported one: an adjective before it, or a verb behind it
STRESSED = _compile(
    r"\b(?:significant(?:ly)?|greater|larger|meaningful|marked|rapid|sustained|further|substantial|symptomatic",
    r"|clinical|subjective|showed|shows?)\s+$",
)
KEPT = _compile(r"\s+(?:remained|was|were|persisted|lasted|occurred)\b")
HAS_OBJECT = _compile(r"\s+(?:in|of|on|from|over|to)\b")

_ADJECTIVE = rf"[\w{DASHES}]+(?:al|ive|ic|ous|ant|ent|ary|ory|ar|c)"
#: adjectives that share the head behind them: *dissociative and the* antidepressant effects
SHARED = _compile(
    rf"(?<![\w{DASHES}])(?:{_ADJECTIVE}(?:,\s+|\s*/\s*))*{_ADJECTIVE}",
    r"(?:\s*/\s*|,?\s+(?:and|or|and/or|as\s+well\s+as)\s+(?:the\s+|other\s+)?)$",
)
SHARED_HEADS = frozenset(
    {
        "effect", "effects", "symptom", "symptoms", "response", "responses", "change", "changes", "event", "events",
        "efficacy", "action", "actions", "impairment", "impairments", "disturbances", "abnormalities", "experiences",
        "reactions", "functions", "function", "features", "score", "scores", "toxicity", "toxicities",
    }
)  # fmt: skip
_ENDPOINT_ADJECTIVES = r"(?:the|a|first|next|treatment|sustained|clinical)"
TIME_TO = _compile(
    r"(?:\bmedian\s+)?\b(?:time|days|weeks|months|years|duration|maintenance|loss|freedom|free)\s+(?:to|until|of|from|since)",
    rf"\s+(?:{_ENDPOINT_ADJECTIVES}\s+)*$",
)
#: a cheap look before TIME_TO
AFTER_PREPOSITION = _compile(rf"\b(?:to|of|until|from|since|{_ENDPOINT_ADJECTIVES})\s+$")
#: why somebody dropped out
REASON = _compile(
    r"(?:\s+from\s+\w+(?:\s+\w+)?)?\s+(?:because\s+of|due\s+to|owing\s+to|as\s+a\s+result\s+of|for|from)\s+",
    r"(?:(?:an?|the|any|its|their|serious|severe|intolerable|treatment-emergent|drug-related)\s+)*",
    r"(?:lack\s+of\s+efficacy|inefficacy|toxicity|intolerance|intolerability|poor\s+tolerability|insufficient\s+\w+",
    r"|side\s*-?effects?|adverse\s+(?:drug\s+)?(?:events?|effects?|reactions?)|AEs?|TEAEs?|any\s+(?:cause|reason))\b",
)
#: an adverse effect that no lexicon has, up to its head: *word-finding difficulty*, *perceptual and cognitive changes*
HEADED = _compile(
    rf"(?<![\w{DASHES}])(?!(?:an?|the|these|those|their|other|some|any|no|more|most|less|severe|mild|significant|this",
    r"|with|in|of|without|functional|structural)\s)",
    rf"(?:{_ADJECTIVE}(?:,\s+|\s*/\s*|,?\s+(?:and|or)\s+))?[^\W\d_][\w{DASHES}]+\s+\w+$",
)
#: a drug's name is an endpoint with one of these behind it
LEVEL = _compile(r"\s+(?:levels?|concentrations?|clearance|secretion|resistance)\b")

# ---------------------------------------------------------------- entry criteria, conditions, thresholds

#: before *patients with*: then people with it are counted, and it is no condition of entry
COUNTED = _compile(
    r"(?:\b(?:proportion|percentage|numbers?|rates?|incidence|frequency|fraction|share)\s+of\s+(?:the\s+)?(?:\w+\s+)?",
    r"|%\)?\s*(?:of\s+)?(?:the\s+)?(?:\w+\s+)?)$",
)
THRESHOLD_AFTER = _compile(
    r"\s*(?:[(\[][^()\[\]]{1,20}[)\]]\s*)?(?:of|was|were|being|is)?\s*(?:[≥≤<>]|\$?\\?(?:geq|leq)",
    r"|(?:at\s+least|greater\s+than|more\s+than|less\s+than|below|above)\b",
    r"|\d+(?:\.\d+)?\s*%?\s+(?:or|and)\s+(?:more|greater|higher|above|less|lower|fewer)\b)",
)
THRESHOLD_BEFORE = _compile(
    r"(?:(?:[≥>]|at\s+least\s+a?|minimum|minimal)\s*\d+(?:\.\d+)?\s*(?:%|points?)?",
    r"|\d+(?:\.\d+)?\s*%\s+or\s+(?:greater|more|higher|larger)|\d\s+or\s+(?:more|fewer)|required)\s+(?:\w+\s+)?$",
)
_WORD = (
    r"(?!(?:and|or|of|in|by|to|on|had|was|were|is|after|for|receiving|improved|who|that|which)\b)[\w’'/-]+"
)
#: between *patients with* and the condition
WHOSE = _compile(
    rf"\s+(?:{_WORD}\s+(?:and\s+|or\s+|(?:(?<=level\s)|(?<=degree\s)|(?<=risk\s))of\s+)?(?:\(\w+\)\s+)?){{0,4}}"
)
#: between *chronic* and the condition
BESIDE = _compile(rf"\s+(?:{_WORD}\s+)?")
#: people or a disease *with* it
WITH = re.compile(
    r"\b(?:[A-Z]{2,}|patients?|subjects|people|individuals|adults|children|women|men|participants|depression"
    r"|disorders?|disease|cancer|diabetes|those)\s+with(?:out)?\s+(?:\w+\s+){0,2}$"
)
CRITERION_ENDS = _compile(r"[.;:]\s|,\s+(?:and|but|the|with|while|which)\b")

# ---------------------------------------------------------------- what governs a term

#: what may stand between a verb and its object: words without a stop or a new clause
OBJECT = _compile(r"(?:[\s\w'’/%()-]|,(?!\s+(?:and|but|while|whereas|which|who)\b)){0,60}")
_SUBORDINATE = r"\b(?:but|while|whereas|which|who|that|because|although|after|before|during|when)\b|[;:]"
CLAUSE = _compile(_SUBORDINATE)
#: behind a subject, *, and* begins a clause too
NEW_CLAUSE = _compile(_SUBORDINATE, r"|,\s+and\b")
EFFECT_ON = _compile(
    r"\b(?:effects?|impact|influence|efficacy)\s+of\s[^.;:]{1,90}?\s(?:either\s+)?on\s+(?:the\s+|their\s+|a\s+)?(?:\w+\s+)?$"
)
#: nothing but an article or preposition between a verb and a general word, or an auxiliary between the two
NEXT = _compile(r"\s+(?:the|a|their|in|on|of|for)?\s*")
AUXILIARY = _compile(
    r"\s+(?:(?:was|were|is|are|had|has|have|been|did|not|also|significantly|rapidly|may|could|scores?|levels?)\s+){0,3}"
)
#: a value or a test right behind a term
VALUE = _compile(
    r"\s*(?:\([^()]{0,40}\)\s*)?(?:was|were|of|at|is|went\s+from|from|averaged|reached|\(|,|=|:)*\s*(?:was|were|of|in|by)?",
    r"\s*[-−–]?(?!\d+(?:[.,]\d+)?\s*(?:mg|g|µg|mcg|iu|ml)\b)\d",
)
TESTED = re.compile(
    r"(?:\s+\w+)?\s*[,(\[]+\s*(?:P|p|r|R|HR|OR|RR|SMD|MD|n|N|95%|mean|median|hazard|odds|relative)\b"
)
SAFETY_BEFORE = _compile(
    r"(?:\b(?:risk|cases?|rates?|episodes?|incidence|onset|development|reports?|occurrence|worsening)\s+(?:of|for)",
    r"|\b(?:caused?|causes|causing|induced?|precipitated?|produced?|developed|experienced?|reported|including|included?",
    r"|includes|such\s+as|especially|namely|noted?|no|without))\s+(?:\w+\s+)?$|-(?:induced|related|associated|emergent)\s+$",
)
#: between members of a list
LIST = _compile(
    r"(?:\s*(?:,|;|/|\b(?:and|or|as\s+well\s+as|but\s+not|plus)\b|\([^()]{0,40}\)))+",
    r"\s*(?:(?:the|an?|mild|moderate|severe|transient|other|more)\s+)*",
)
ENDPOINT_HEAD = _compile(r"\b(?:end\s?-?points?|outcomes?|measures?|results?|findings?)\b")

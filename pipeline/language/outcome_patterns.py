"""The patterns of outcomes: what belongs to an endpoint's phrase, and the words right beside it that decide.

Single words with their weights are rows of lexicons/cues.tsv; here stand the shapes that take more than one word.
They are for text in lower case (language/case.py), but for `WITH` and `TESTED`, which mind capitals.
"""

from __future__ import annotations

import re

from pipeline.language.case import any_case as _compile
from pipeline.language.numbers import DASHES

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
#: what specifies an improvement, and what says that people reached it
SPECIFIED = _compile(
    r"(?<![\w-])(?!(?:clinical|significant|substantial|symptomatic|statistical|additional|initial|general|overall|partial|marginal"
    r"|gradual|critical|dramatic|progressive|relative|further)\s)[a-z][a-z-]{3,}(?:al|ic|ive)\s+$"
)
REACHED = _compile(
    r"\s+(?:was|were)\s+(?:reached|achieved|attained|seen|observed|found|noted|recorded|reported)\b|,?\s+(?:\(?(?:was\s+)?defined)\s+as\b|\s*\(defined\b"
)
#: between a term and the end of the long form that holds it
BEHIND_TERM = _compile(r"(?:\s+(?:rates?|scores?|events?|ratios?|times?|symptoms?|levels?))?")
#: before the parts of one endpoint, and between them
COMPOSITE = _compile(
    r"\bcomposite\s+(?:(?:primary\s+)?(?:end\s?-?point|outcome)\s+)?(?:of\s+|was\s+|:\s*|\(\s*)(?:the\s+|any\s+)?(?:\w+\s+)?$"
)
PARTS = _compile(r"(?:\s*,\s*|\s+)(?:(?:and|or|for|due\s+to|from)\s+)?(?:(?:and|or)\s+)?(?:[\w-]+\s+){0,2}")
#: a laboratory value told as an adverse event: *raised transaminases*
RAISED = _compile(
    r"\b(?:raised|elevated|increased?|decreased?|reduced|lowered|low|high|abnormal|prolonged|impaired)\s+(?:in\s+)?$"
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
    r"\b(?:time|days|weeks|months|years|duration|maintenance|loss|freedom|free)\s+(?:to|until|of|from|since)",
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
#: *patients discharged after* a coronary event
PEOPLE_AFTER = _compile(
    r"\b(?:patients?|people|adults|women|men|children|survivors|those)\s+(?:(?:discharged|admitted|hospitali[sz]ed|recovering|presenting|treated|operated)\s+)"
    r"(?:after|following|with|for|from)\s+(?:an?\s+)?(?:\w+\s+){0,2}$"
)
WITH = re.compile(
    r"\b(?:[A-Z]{2,}|patients?|subjects|people|individuals|adults|children|women|men|participants|depression"
    r"|disorders?|disease|cancer|diabetes|those)\s+with(?:out)?\s+(?:\w+\s+){0,2}$"
)
CRITERION_ENDS = _compile(r"[.;:]\s|,\s+(?:and|but|the|with|while|which)\b")

# ---------------------------------------------------------------- what governs a term

#: what may stand between a verb and its object: words without a stop or a new clause
OBJECT = _compile(r"(?:[\s\w'’/%()-]|,(?!\s+(?:and|but|while|whereas|which|who)\b)){0,60}")
_SUBORDINATE = (
    r"\b(?:but|while|whereas|which|who|that|because|although|(?:after|before)(?!\s+\d)|during|when)\b|[;:]"
)
CLAUSE = _compile(_SUBORDINATE)
#: behind a subject, *, and* begins a clause too
NEW_CLAUSE = _compile(_SUBORDINATE, r"|,\s+and\b")
EFFECT_ON = _compile(
    r"\b(?:effects?|impact|influence|efficacy)\s+of\s[^.;:]{1,90}?\s(?:either\s+)?on\s+(?:the\s+|their\s+|a\s+)?(?:\w+\s+)?$"
)
#: nothing but an article or preposition between a verb and a general word, or an auxiliary between the two
NEXT = _compile(r"\s+(?:the|a|their|in|on|of|for)?\s*")
AUXILIARY = _compile(
    r"(?:\s*\([^()]{1,12}\))?\s+(?:(?:was|were|is|are|had|has|have|been|did|not|also|significantly|rapidly|may|could|scores?|levels?)\s+){0,3}"
)
#: a value or a test right behind a term
_TIME = r"(?:days?|weeks?|months?|years?|h|hours?)"
_AT_TIME = rf"(?:\s+(?:at|by|within|on|after|over|from)\s+(?:\w+\s+)?(?:\d+\s+)?{_TIME}(?:\s+\d+)?)?"
#: a value of any unit behind an auxiliary: *birth weight was 2,810 g*, *mortality at day 28 was 3%*
IS_VALUE = _compile(
    r"(?:\s+rates?|\s+levels?|\s+scores?)?",
    _AT_TIME,
    r"\s+(?:was|were|is|averaged|reached|came\s+to|by)\s+(?:about\s+|only\s+)?[-−–]?\d",
)
#: events that are counted, before and behind them: *331 deaths*, *rehospitalisation in none*
_NUMBER_WORD = r"(?:no|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|none|neither)"
COUNT_BEFORE = _compile(rf"(?<![\w.])(?:\d[\d,]*|{_NUMBER_WORD})\s+(?:[a-z-]+\s+)?$")
COUNT_AFTER = _compile(
    rf"(?:\s+\([^()]{{1,12}}\))?\s+(?:occurred\s+|was\s+seen\s+)?in\s+(?:\d|{_NUMBER_WORD}\b)"
)
#: what a dose or a drug is set by is no outcome: *titrated to an INR of 2*, *potassium was kept above 4*
AIMED = _compile(
    r"\b(?:target(?:ed|ing)?|titrated|adjusted|according|guided|kept|maintained?|maintaining|aim(?:ed|ing)?|stratified|adjusting|controlling|matched)"
    r"\s+(?:to|for|at|by|above|below|on|an?)?\s*(?:keep|achieve|maintain|reach|obtain|by|to)?\s*(?:an?\s+|the\s+|for\s+)?(?:\w+\s+)?$"
)
KEPT_AT = _compile(
    r"\s+(?:was|were)\s+(?:kept|held|targeted|not\s+(?:measured|assessed|recorded|available))\b"
)
#: a text's own disease is an adverse event only in so many words
TOLD_ADVERSE = _compile(
    r"\b(?:adverse|side[- ]effects?|most\s+(?:common|frequent)|occurr|reported|experienced|developed|noted|toxicit)"
)
#: no difference was seen in it: *no difference on the PDQ-39 or in* pain; *an SMD of -0.3 for* total symptoms
COMPARED_IN = _compile(
    r"(?:\bno\s+(?:\w+\s+)?(?:differences?|changes?|effects?|improvements?|benefits?|interactions?)\b(?:[^.;:]|\.\d){0,90}?\b(?:in|on|for|of|regarding)"
    r"|\b(?:superior|inferior|better|equivalent|non-?inferior|comparable|equal)\s+(?:to|than)\s[^.;:,]{1,60}?\s(?:for|in|on|regarding|with\s+respect\s+to)"
    r"|\b(?:SMD|WMD|MD|OR|RR|HR|NNT|effect\s+sizes?|ratios?)\b(?:[^.;:]|\.\d){0,60}?\bfor)\s+(?:the\s+|total\s+)?(?:\w+\s+)?$"
)
#: what is told of events and not of rated symptoms
FREQUENT = _compile(
    r"\s+(?:(?:was|were)\s+)?(?:\w+ly\s+)?(?:(?:more|less|equally|as|most)\s+(?:frequent|common|often)|(?:in)?frequent|rare|(?:un)?common(?:er)?|occurred)\b"
)
#: the part of an abstract that says what was known before, by its label; what begins the next; and what is an aim
OPENING = _compile(
    r"(?:^|\n|[.:]\s+)(?:background|introduction|context|importance|rationale)(?:\s+(?:and|&)\s+\w+)?\s*(?:[:.\n—–-]|\s\s)"
)
OPENED = _compile(
    r"(?:\n|[.:)]\s+)(?:objectives?|aims?|purpose|methods?|materials|design|patients|participants|setting|study|trial|subjects|hypothesis"
    r"|interventions?|results|findings|experimental|main)\b[\w\s,/&]{0,40}[:.\n—–-]"
)
AIM = _compile(
    r"\b(?:p\s*[=<>]|ci\b|compared|investigated|evaluated|assessed|randomi[sz]ed)",
    r"|\b(?:aim(?:ed|s)?|objectives?|purpose|goals?|whether|hypothesi[sz]\w*|we|our",
    r"|this\s+(?:study|trial|report|paper|analysis)|the\s+present"
    r"|to\s+(?:compare|assess|evaluate|determine|test|examine|investigate|describe|report|study|explore|establish|estimate|identify))\b",
)
#: figures of a study's own: shares side by side, *12 of 30*, *versus 4*
OWN_RESULT = _compile(
    r"\d\s?%[^.;]{0,40}\d\s?%|\b(?:vs\.?|versus|against)\s+\d|\b\d+\s+of\s+\d|\d\s?±\s?\d|\bfell\s+by\s+\d"
)
FIRST_AIM = _compile(
    r"^\s*(?:aims?|objectives?|purpose|goals?)\b|\b(?:primary|secondary)\s+(?:end|outcome)|\b(?:we|our)\b|\bwere\s+(?:randomi[sz]ed|assigned)\b"
)
#: in a title: *varenicline for* smoking cessation
TITLE_FOR = _compile(
    r"\b(?:for|on|to\s+(?:reduce|prevent|improve|increase|shorten))\s+(?:the\s+|prevention\s+of\s+)?(?:\w+\s+)?$"
)
TITLE_AFTER = _compile(r"\s+(?:after|during|following|in)\b|\s*(?:$|\n|[:.?])")
LED_BY_PREPOSITION = _compile(r"\b(?:in|on|for|of|regarding|to)\s+(?:the\s+|total\s+)?(?:\w+\s+)?$")
#: *because of* it somebody left
LEFT_FOR = _compile(r"\b(?:because\s+of|owing\s+to|due\s+to)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?$")
LEFT = _compile(
    r"\b(?:withdrew|withdrawn|withdrawals?|discontinu\w+|dropp?ed\s+out|drop-?outs?|left\s+the\s+\w+|stopped)\b"
)
#: criteria that a group met are its result: *5% met the criteria for* response
MET = _compile(
    r"\b(?<!who )(?:met|fulfilled|reached|achieved|satisfied)\s+",
    r"(?:the\s+|our\s+)?(?:\w+\s+)?criteri(?:a|on)\s+(?:for|of)\s+$",
)
#: what somebody had to have at entry: *who had at least four* seizures, *whose* pain
ENTRY = _compile(
    r"(?:\b(?:had|having|with|experienc\w+|report(?:ed|ing))\s+(?:at\s+least|[≥>]|more\s+than|a\s+minimum\s+of|\d+\s+or\s+more)\s*(?:\w+\s+){0,2}"
    r"|\bwhose\s+(?:\w+\s+)?)$"
)
DIGIT = re.compile(r"\d")
#: characteristics of those who took part
AGE = _compile(r"\b(?:aged|(?:mean|median)\s+(?:[\[(]\w+[\])]\s+)?ages?|ages?\s+\d|age,|years?\s+old)\b")
ENROLLED = _compile(
    r"\b(?:randomi[sz]ed|enrolled|recruited|included|entered|allocated|assigned|participated|took\s+part)\b"
)
#: a threshold that was reached by somebody: *a PSA decline of at least 50% occurred in 46%*
CHANGE_END = _compile(r"\b(?:loss|gain|reduction|decline|improvement|decrease|increase|rise|fall|drop)$")
THRESHOLD_REACHED = _compile(
    r"\s+of\s+(?:at\s+least\s+|[≥>]\s*|more\s+than\s+)?\d+(?:\.\d+)?(?:\s*%|\s+points?|\s*-?fold)(?:\s+(?:or|and)\s+(?:more|greater|higher))?",
    r"(?=\s+(?:\w+\s+){0,5}?(?:occurred|(?:was|were)\s+(?:seen|observed|reached|achieved|found|recorded|reported|more|less|attained)))",
)
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

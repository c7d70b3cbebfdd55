"""The printed forms around results, as patterns: P values, intervals, what stands before and behind a value."""

from __future__ import annotations

import re

_SIGN = r"(?:(?:less|greater|more) than|<\s*or\s*=|>\s*or\s*=|<\s*/\s*=|</=|>/=|<=|>=|=|<|>|≤|≥|≦|⩽|~|≈|\$\s*<\s*\$)"
_DECIMAL = (
    r"(?:\d+(?:[.·]\d+)?\s*[x×*]\s*10\s*(?:\^|\(|\{)?\s*[-−–]\s*\d+\)?"
    r"|\d?[.·]\d+(?:[eE][-−–]?\d+)?|[01](?![\d.,%])|0,\d+)"
)
#: *P = .003*, *p-value < 0.05*, *P for trend=0.02*, *p(interaction) = .2*, *P values of .03*
P_VALUE = re.compile(
    rf"[Pp](?<![\w-][Pp])s?(?![A-Za-z])(?:[\s-]?(?:values?|level))?(?:[\s-]+(?:for"
    rf"|of)\s+(?!\d)[a-z][\w\s-]{{0,30}}?|\s*\([^()\d]{{1,24}}\)|[-_][A-Za-z*-]+(?:\s+interaction)?"
    rf"|\s*(?:trend|interaction|overall))?"
    rf"(?:\s*(?:was|were|is|,|:)?\s*{_SIGN}\s*|(?<=[aes])\s+(?:of|was|were|is)\s+"
    rf"|(?<=[PpEe])\s*:\s*|(?<=value)\s+|(?<=value)\s*\("
    rf"|(?<=[Pp])\s(?=[.0]))(?:{_SIGN}\s*)?(?P<number>{_DECIMAL})"
)
#: a P value that is a level set beforehand
LEVEL_BEFORE = re.compile(
    r"\b(?:significan(?:t|ce)\s+(?:level\s+)?(?:was\s+|were\s+)?(?:set\s+|defined\s+|considered\s+"
    r"|accepted\s+)?(?:at|as|if|when)|level of significance|set at|defined as"
    r"|considered (?:statistically )?significant|alpha)\s*\W*$",
    re.IGNORECASE,
)
LEVEL_AFTER = re.compile(
    r"\W*\s*(?:was|were|is|being)\s+(?:considered|regarded|taken|defined|accepted|deemed|used|set|indicat\w+)",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\s?(?:%|percent\b|per\s?cent\b)")
#: what stands between the ends of an interval
ENDS = re.compile(r"\s*%?\s*(?:[-‐‑–—−]|to|,|;|and|through|\.\.\.?)\s*")
TIME = re.compile(
    r"\s{0,2}(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wks?|wk|months?|mos?|mo"
    r"|years?|yrs?|yr)\b(?!\s*/)"
)
SPREAD = re.compile(r"\s*%?\s*(?:±|\+\s?/?\s?[-−–]|\+-|\+ or [-−–])\s*")
#: between the words *95% CI* and the interval
TO_INTERVAL = re.compile(
    r"(?:[\s,:;=(\[\]){}|]|\b(?:CIs?|of|from|was|were|is|for|the|difference|between|respectively|to|ratio)\b)*",
    re.IGNORECASE,
)
#: between an effect measure and its number; a longer way needs a copula at its end
TO_EFFECT = re.compile(
    r"(?:\s|[,:;=()\[\]~≈]|\b(?:was|were|is|of|for|at|and|the|a|an|adjusted|unadjusted|pooled"
    r"|overall|d|g|estimated|approximately|about|around|only|corresponding|to|as|being"
    r"|standard(?:ized|ised))\b|\([^()\d]{1,20}\)|\[[A-Za-z\s]{1,12}\])*"
)
#: *OR for A vs B,* 3.41
FOR_ARMS = re.compile(r"\s*(?:for|of|in|with|between)\s[^\d()\[\];]{2,60}?(?:,|was|were|is|:|=)\s*")
COPULA_FAR = re.compile(
    r"(?:\b(?:was|were|is|of|at|to be|reached|averaged|by)|[=:])\s*(?:only\s+|about\s+"
    r"|approximately\s+|an?\s+(?:average|mean|median|total|estimated"
    r"|maximum)\s+(?:of\s+)?)?[(\[]?\s*$"
)
NAMED_AFTER = re.compile(r"\s*[,(\[]{0,2}\s*(?:Cohen|Hedges|Glass)\b")
#: one character class first, so that the search leaps from one such letter to the next
SHORT_EQUALS = re.compile(
    r"[dgηORHMSWNAaIE](?<![\w-][dgηORHMSWNAaIE])"
    r"(?:(?<=[dg])|(?<=η)[2²]|(?<=[ORH])R|(?<=M)D|(?<=[SW])MD|(?<=N)N[TH]|(?<=A)OR|(?<=a)[OH]R|(?<=I)RR|(?<=E)S)\b"
)

#: before a percentage that is none of an outcome
NOT_BEFORE = re.compile(
    r"(?:\bI(?:2|²|\^2)?\s*(?:statistic)?\s*(?:=|was|of|:)\s*|"
    r"[≥≤<>]=?\s*|\$\\?[gl]eq?\$?\s*|>\s*or\s*=\s*|<\s*or\s*=\s*|\b(?:at least|minimum of"
    r"|minimum|exceeding|below|above|greater than or equal to|power of|power was|level of|significance at"
    r"|confidence|up to a|alpha of|margin of|error of|"
    r"assuming an?|rate of return of|oxygen|with an? expected"
    r"|(?:reduction|decrease|improvement|increase|decline|drop|change|fall)s? of (?:more|greater|less) than)"
    r"\s+(?:an?\s+)?)$",
    re.IGNORECASE,
)
NOT_AFTER = re.compile(
    r"\s*[-–]?\s*(?:\(?(?:CIs?\b|C\.I|confidence|credible|CrI\b|prediction|limits?\b)"
    r"|(?:statistical\s+)?power\b|or\s+(?:greater|more|higher|less|lower|fewer|better|larger)\b"
    r"|saline|NaCl|sodium chloride|cream\b|gel\b|solution|ointment|lotion|"
    r"glucose|dextrose|ethanol|oxygen|O2\b|formalin|serum\b|albumin|w/[vw]|significance|level\b"
    r"|maturity|respon(?:ders?|se) rates? (?:of|was|were|:) ?\d|in (?:oxygen|air|saline|water|O2|dextrose)\b|sucrose"
    r"|probability|chance\b|bioavailab|confident|isodose|of (?:the )?(?:prescri|dose|expected"
    r"|planned|initial cohort|accrual|maxim))",
    re.IGNORECASE,
)
PEOPLE_OF = re.compile(
    r"\s*(?:of (?:the |all )?(?:\w+ ){0,2}?(?:were|was) |\)?\s*(?:were|was) )?(?:fe)?(?:male|women"
    r"|men|white|caucasian|black|african|asian|hispanic|latin[ao]|had (?:an? )?(?:history"
    r"|prevalent|prior|previous))s?\b",
    re.IGNORECASE,
)
PEOPLE_BEFORE = re.compile(
    r"\b(?:(?:fe)?males?|white|caucasian|black|hispanic|asian|latin[ao]s?|age|aged)\s*[,:(=]?\s*$",
    re.IGNORECASE,
)


FROM = re.compile(
    r"\bfrom\s+(?:an?\s+)?(?:(?:mean|median|average|baseline|initial|total|score|value"
    r"|level)s?\s+)*(?:\((?:SD|SE|range)\)\s*)?(?:of\s+)?$",
    re.IGNORECASE,
)
TO_VALUE = re.compile(
    r"\s*(?:%|[a-zA-Zµ/]{1,8})?\s*(?:\([^()]{1,40}\)"
    r"|\[[^\[\]]{1,40}\])?\s*(?:points?\s+)?(?:at (?:baseline|entry|week \d+"
    r"|day \d+)\s*)?,?\s*(?:(?:down|up)\s+)?to\s+(?:an?\s+)?(?:(?:mean|median"
    r"|average)\s+(?:of\s+)?)?"
)
BRACKET_SD = re.compile(
    r"[(\[]\s*(?:SDs?|SEs?|SEM|s\.?d\.?|range|IQR|interquartile)?\s*[=:,]?\s*±?\s*$", re.IGNORECASE
)
POPULATION = re.compile(
    r"\s*(?:of|in) (?:the |all )?(?:[\w-]+ ){0,2}(?:population|adults|americans|people worldwide"
    r"|patients diagnosed with|individuals with|persons|children in|women worldwide"
    r"|men worldwide)\b",
    re.IGNORECASE,
)
AFFECTS = re.compile(
    r"\b(?:affects?|affecting|suffer from|troubles)\s+(?:about|approximately|an estimated|nearly"
    r"|up to|around|some|roughly|almost)?\s*$",
    re.IGNORECASE,
)
FOR_TIME = re.compile(
    r"\b(?:for|within|approximately|about|only|median of|mean of|up to|than|maximum of|least"
    r"|lasted|of|was|were)\s*(?:an?\s+)?$",
    re.IGNORECASE,
)
FOLLOWED = re.compile(r"\bfollow(?:ed)?[-\s]?up\b", re.IGNORECASE)
TREATED = re.compile(
    r"\b(?:treatment(?! effects?\b)|infusion|therapy|given|treated|administered|trial|study"
    r"|received|assessed|measured)\b[^,;]{0,25}$",
    re.IGNORECASE,
)
SD_BRACKET = re.compile(
    r"\s*(?:points?\s*)?[(\[]\s*(?:SDs?|SEs?|SEM|s\.?d\.?|range|IQR"
    r"|interquartile range)?\s*[=:,]?\s*±?\s*\d+(?:\.\d+)?(?:\s*(?:-|–"
    r"|to)\s*\d+(?:\.\d+)?)?\s*[)\]]",
    re.IGNORECASE,
)
COMPARED = re.compile(
    r"\s*%?\s*(?:points?|[a-zA-Z]{1,7})?\s*,?\s*(?:versus|vs\.?|against|compared (?:with|to)|and"
    r"|or|,|,\s*and|/|respectively versus|than)\s+(?:only\s+|by\s+)?"
)
#: units of what is measured: of time, SI units with their prefixes, per litre, kilogram or minute
UNIT = (
    r"(?:(?:points?|days?|months?|years?|weeks?|mins?|minutes|hours?|h|ms|s|(?:[kmcdµμnpf]|mc)?(?:g|m|[lL]|mol|M|W|V|J|Pa|IU|"
    r"IU|U|Eq|cal)|mm ?Hg|bpm|beats|dB|Hz|dollars|euros|watts|units?|SDS|°? ?C|degrees(?: C)?|%)(?![a-zA-Z])"
    r"(?:\s?/\s?[A-Za-z0-9.²³]{1,8}){0,2}(?:\s?(?:kg|min|ml|mL|l|L|m|cm|h|day)\s?\(?[-−–]\s?[12]\)?){0,2})"
)
#: a confidence interval or a labelled standard deviation directly behind a number
WITH_SPREAD = re.compile(
    rf"\s*(?:{UNIT}|[a-zA-Z]{{1,7}})?\s*[,;(\[]+\s*(?:9\d(?:\.\d)?\s?%\s*(?:CI|confidence)|(?:SD|SE|SEM|IQR)\b)"
)
#: between two values that are compared, brackets taken out: an arm's name may stand on either side of *versus*
COMPARED_FAR = re.compile(
    rf"\s*{UNIT}?\s*(?:(?:per|an?)\s[a-z-]{{2,14}}\s*)?(?:(?:in|with|for|on|among|by|under|after)\s+(?:the\s+|those\s+"
    rf"|patients\s+)?[\w+/ -]{{1,45}}?)?\s*(?:,\s*respectively)?,?\s*(?:versus|vs\.?|v|against"
    rf"|as compared (?:with|to)|compared (?:with|to)|and|while|whereas|,|;)\s+(?:(?:by|was|of|for"
    rf"|in)\s+)?(?:the\s+)?(?:[\w+-]{{1,14}},?\s+){{0,2}}?(?:(?:median|mean)\s*\w{{0,4}},?\s+)?"
)
BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
VERSUS = re.compile(
    rf"\s*{UNIT}?\s*(?:±\s*[\d.]+\s*)?{UNIT}?\s*,?\s*(?:[A-Za-z][\w -]{{0,25}}?\s+)?(?:vs\.?|versus\.?|v\.?"
    rf"|(?:as )?compared (?:with|to)|against)\s+(?:[A-Za-z][\w-]{{0,14}}\s+)?"
)
THEN_P = re.compile(
    rf"\s*(?:(?:±|\+/?[-−–])\s*[\d.]+)?\s*{UNIT}?\s*(?:\([^()]*\)|\[[^\[\]]*\])?\s*{UNIT}?"
    rf"(?:,?\s*respectively)?\s*[,;(\[)\]]{{0,2}}\s*(?:both\s+)?(?:adjusted\s+|\()?(?=[Pp]s?\b)"
)
TO_BEFORE = re.compile(r"\bto\s+(?:an?\s+)?(?:(?:mean|median|average)\s+(?:of\s+)?)?$")
FROM_BETWEEN = re.compile(
    rf"\s*%?\s*{UNIT}?\s*(?:\([^()]{{1,30}}\))?\s*,?\s*from\s+(?:an?\s+)?(?:(?:mean|median|baseline|initial)\s+(?:of\s+)?)*"
)
CONSUMED = re.compile(r"\b(?:consumption|requirements?|usage)\b", re.IGNORECASE)
NO_INTERVAL = re.compile(r"\s?(?:mg|years?|days?|weeks?|months?|hours?|patients?|of\b|/)")
EXPONENT = re.compile(r"(?<![A-Za-z])[a-zA-Zµμ]{1,4}\s?\(\s?$")
COMMA = re.compile(r"\s*[,;]\s*")
RESPONDERS = re.compile(r"\s*[- ]?responders?\b")
FOR_NEXT = re.compile(r"\s+(?:for|in|on|at)\s[\w\s-]{2,30}?,?\s+(?:and|vs\.?|versus)\s+")
POINTS = re.compile(r"(?:\s(?:and|to|or|vs\.?|versus)\s[\d.]+)?\s?(?:percentage )?points?\b")
AT_WEEK = re.compile(r"\s(?:at|by|after)\s(?:\d+\s)?(?:weeks?|days?|months?|years?)(?:\s\d+)?\b")
MEASURED = re.compile(rf"\s?{UNIT}")
#: a mean or median whose number stands right behind it: *(median 292 ml*, *M = 4.78*, *mean (SD), 3.1*
LOWER = re.compile(
    rf"\s?{UNIT}?\s(?:lower|higher|greater|less|fewer|more|shorter|longer|smaller|larger)\b[^.;()]{{0,30}}"
    r"[(\[](?:9\d ?% ?(?:CI|conf)|[Pp]\b)"
)
MEAN_RIGHT_BEFORE = re.compile(
    r"\b(?:[Mm]eans?|[Mm]edians?|averages?|M|Mdn)\s*(?:[(\[](?:±\s*)?(?:SD|SE|SEM|IQR|range)[)\]])?\s*[,=:]?\s*$"
)
CHANGED_BY = re.compile(
    r"\b(?:reduced|decreased|increased|fell|rose|risen|fallen|declined|dropped|improved|grew|changed|lowered|raised)"
    r"\s+(?:by\s+)?(?:an?\s+(?:mean|average|median)\s+of\s+)?$"
)
DIFFERENCE_BEFORE = re.compile(
    r"\bdifferences?\s*(?:\([^()]*\)\s*)?(?:in [\w\s-]{1,30}?)?(?:of|was|were|is|=|:|,)?\s*$"
)
OPENED = re.compile(r"[(\[]\s*(?:[A-Za-z][\w -]{0,20}[,:=]?\s+)?$")
#: heads of table columns whose numbers are results, and those whose numbers are not
HEAD = re.compile(
    r"respon|remi(?:ssion|tt)|relapse|change|score|reduction|effect|outcome|result|finding"
    r"|difference|surviv|mortality|rate|improve|withdraw|dropout|discontinu|adverse|event|efficacy"
    r"|%|p[- ]?value|\bCI\b|\bOR\b|\bRR\b|\bHR\b|\bSMD\b|\bMD\b|mean|median",
    re.IGNORECASE,
)
P_HEAD = re.compile(r"\W*[Pp](?:[- ]?values?)?\W*(?:\([^()]*\)|for [\w -]+)?\W*")
SIGN_BEFORE = re.compile(r"[<>=≤≥]\s*$")
NOT_HEAD = re.compile(
    r"\bage\b|dose|duration|female|male|sex|year|sample|\bn\b|baseline|weeks?\b|reference", re.IGNORECASE
)
#: a unit that a mean or score is not printed with, and what makes a number a label or a threshold
OTHER_UNIT = re.compile(
    r"\s?(?:(?:mg|g|µg|μg|mcg)\b(?!\s?/\s?[dmµμ]?[lL]\b|/\s?mmol|/\s?g\b)|(?:years?|Gy|items?|weeks?|patients?)\b)"
)
LABELLED = re.compile(
    r"(?:[≥≤<>]\s*|\d of\s*|\b(?:out of|significance level of|least|than|exceeding|above|below|week|day|month"
    r"|year|visit|grade|stage|group|phase|table|figure|cycle|item|items|range,?|chapter|version|aged?|n\s*=|F\s*=|t\s*="
    r"|chi\s*=|r\s*=|z\s*=)\s*)$",
    re.IGNORECASE,
)
#: short patterns that the rules ask of the words beside a number
AND = re.compile(r"\s*(?:,|and|,\s*and|&)\s*[=<]?\s*")
PERCENT_SIGN = re.compile(r"\s?%")
LEVEL = re.compile(r"^[^\d]*?9[059](?:\.\d)?\s?%")
LEVEL_NAMED = re.compile(
    r"\(?\[?\d+(?:\.\d+)?\s?%\s?(?:CIs?|confidence intervals?)(?:\s*[\[(]CIs?[\])])?[)\]]?"
)
OPENS = re.compile(r"\s*%?\s*[(\[,;:]+\s*(?:range\s*)?")
OPENS_BRACKET = re.compile(r"\s*[(\[]\s*")
AND_NEXT = re.compile(r"\s*(?:,|and|,\s*and|vs\.?|versus)\s+")
TO = re.compile(r"\s*(?:to|[-–—])\s*")
AFTER_FROM = re.compile(r"\bfrom\s+$")
MEAN_SD = re.compile(r"\bmean\s*\(SD\)|\bmean \(standard")
CHANGE_NOUN = re.compile(r"\s+(?:\w+\s+)?(?:reduction|improvement|decrease|increase|decline|change)")
AFTER_ARTICLE = re.compile(r"\ban?\s+$|\bthan\s+$")
ASSUMED = re.compile(r"\b(?:assum\w+|expected|hypothes\w+|detect|powered|designed|margin)\b")
TO_AND = re.compile(r"\s*(?:to|and|or|[-–—])\s*")
SPACE = re.compile(r"\s+")
POWER = re.compile(r"([\d.]+)(?:[x×*]10\D*|[eE]\D*)(\d+)")
NOT_TIME = re.compile(
    r"(?:[≥≤<>]\s*|\b(?:every|at|day|days|week|weeks|month|year|first|last|next|after|aged|age"
    r"|over|for the|during|per|each|of follow-up of|follow-up(?: of| was|:)?|followed for)\s*)$",
    re.IGNORECASE,
)
#: *at 6 and* 12 months
NOT_TIMES = re.compile(
    r"\b(?:at|after|every|within|for|until)\s+(?:weeks?|months?|years?|days?)?\s*"
    r"[\d.]+\s*(?:,\s*[\d.]+)*,?\s*(?:and|or|to)\s*$"
)
MEDIAN_BEFORE = re.compile(r"\b(?:only|median|mean|average)\s+$|\bafter a (?:median|mean) of\s+$")
BY = re.compile(r"\bby\s+(?:an?\s+(?:mean|median|average)\s+(?:of\s+)?)?(?:only\s+|about\s+)?$")
TIME_BEFORE = re.compile(
    r"(?:[(=:,]|\b(?:versus|vs\.?|against|and|median|mean|pfs|os|dfs|survival))\s*$", re.IGNORECASE
)
OF_MEDIAN = re.compile(r"\b(?:median|mean|average) of\s+$")
EFFECT_FOR = re.compile(
    r"\beffects?\b[^.;]{0,20}\bfor\s+(?:an?\s+)?(?:maximum of|up to|only|about|approximately|at least)?\s*$"
)
COPULA_NEAR = re.compile(r"\bby\s|\bwas\s|\bof\s")
SCORE_BEFORE = re.compile(r"(?:[(=:]|\b(?:versus|vs\.?|and|median|mean|scores?))\s*$")
SPREAD_BETWEEN = re.compile(
    r"\s*(?:%|[a-zA-Z]{1,8}|points?)?\s*[(\[]\s*"
    r"(?:SDs?|SEs?|SEM|s\.?d\.?|range|IQR|interquartile range)?\s*[=:,]?\s*±?\s*",
    re.IGNORECASE,
)
RANGING = re.compile(r"\brang(?:ed|ing|es?)\b")
DOSE_UNIT = re.compile(r"\s?(?:mg|µg|mcg|Gy|IU)\b|\s*:")
LONG_TIME = re.compile(r"\s?(?:weeks|months|years)")
LONG_WORD = re.compile(r"[A-Za-z]{3,}")
AT_TIME = re.compile(r"\b(?:day|week|month|hour|year|grade)\s+$", re.IGNORECASE)
RATE_HEAD = re.compile(r"\b(?:rate|percent)", re.IGNORECASE)
CHANGE_HEAD = re.compile(r"change|reduction|difference", re.IGNORECASE)
DECIMAL_POINT = re.compile(r"[.·]")
GIVEN = re.compile(r"\b(?:with|using|of|plus|received|instilled|applied)\s+$")

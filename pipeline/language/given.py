"""Signs in the words beside a name that it is given to somebody: what tells a drug from a body's own substance."""

from __future__ import annotations

import re

#: Signs in a sentence that something was given to somebody.
GIVEN = re.compile(
    r"\b(?:receiv\w+|administ\w+|treat(?:ed|ment|ing)?|given|giving|therap\w+|dos(?:e|es|ed|age|ages|ing)|infus\w+|inject\w+|intraven\w+|i\.?v\.?|i\.?p\.?|i\.?m\.?|oral(?:ly)?|"
    r"subcutan\w+|intranas\w+|intramuscul\w+|intraperiton\w+|transderm\w+|topical\w*|inhal\w+|placebo|randomi[sz]\w+|efficacy|tolerability|mg|µg|mcg|mg/kg|IU|tablets?|capsules?|"
    r"daily|twice|augment\w*|adjunct\w*|combin\w+|monotherap\w+|pretreat\w+|premedic\w+|co-?administ\w*|supplement\w*|prescri\w+|medicat\w+|drug|agent|antagonist|agonist|inhibitor|"
    r"blocker|vehicle|switch\w*|initiat\w+|discontinu\w+|withdraw\w*|add-on|versus|vs|regimen|chemotherap\w+|vaccin\w+|immuni[sz]\w+|exposure|toxicity|induced)\b",
    re.IGNORECASE,
)
#: Directly beside an ambiguous name: proof that it is given.
GIVEN_BEFORE = re.compile(
    r"(?:\b(?:receiv\w+|administ\w+(?:\s+of)?|treat(?:ed|ment|ing)?\s+with|given|giving|therapy\s+with|doses?\s+of|infusions?\s+of|injections?\s+of|intravenous|IV|i\.v\.|oral|subcutaneous|"
    r"intranasal|inhaled|topical|transdermal|intramuscular|intrathecal|epidural|intravitreal|nebuli[sz]ed|vaginal|rectal|exogenous|supplement\w*(?:\s+(?:with|of))?|supplemental|"
    r"combin\w+\s+with|plus|versus|vs\.?|effects?\s+of|efficacy\s+of|adjunctive|add-on|addition\s+of|added|prophylactic|perioperative|intraoperative|prescribed|infused|injected|"
    r"loading\s+dose\s+of|bolus(?:es)?\s+of|units\s+of|randomi[sz]ed\s+to|assigned\s+to|allocated\s+to|took|taking|basal|prandial|bolus|human|recombinant|conjugated|mg|µg|μg|mcg|IU|units?|g)"
    r"\s+(?:of\s+|daily\s+|an?\s+|the\s+|oral\s+|intravenous\s+|high-dose\s+|low-dose\s+|either\s+|weekly\s+)?|\d\s?%\s+)$",
    re.IGNORECASE,
)
GIVEN_AFTER = re.compile(
    r"\s*(?:[(\[,]\s*)?(?:(?:at\s+least|at\s+most|up\s+to|at|a|single|total|daily|mean|median|average|maximum|max\.?|dose|of|starting|target|about|approximately|[≤≥<>~]|\d+(?:\.\d+)?\s?%)\s*){0,4}"
    r"(?:\d[\d.,·–-]*(?:\s\d{3}\b)*(?:\s*(?:or|to|and|then|,)\s*\d[\d.·]*){0,3}[\s-]?(?:mg|µg|μg|mcg|g|IU|U|units|mL|ml|mmol|mEq|mU|nmol|µmol|ppm)\b(?!\s?/\s?(?:[dmµn]?[lL]|min/1\.73|g|m?mol)\b|\s[dm]?[lL][-−–]1)"
    r"|(?:gel|cream|patch(?:es)?|gum|lozenges?|inhalers?|ointment|drops|spray|infusions?|injections?|supplement\w*|therapy|treatment|replacement|administration|"
    r"tablets?|capsules?|monotherapy|augmentation|group|arm|dose|doses|dosage|pump|-treated|treated|pretreatment|versus|vs\.?|or\s+placebo|and\s+placebo|plus)\b|[-–](?:treated|induced)"
    r"|(?:and\s+\w+\s+)?(?:was|were|is|are)\s+(?:then\s+|also\s+|routinely\s+|[a-z]+ly\s+)?"
    r"(?:started|given|administered|added|infused|injected|titrated|initiated|prescribed|permitted|allowed|instilled|supplemented|co-administered|offered|withheld|discontinued|stopped)\b)",
    re.IGNORECASE,
)
CODE = re.compile(r"(?:[A-Z]{1,6}[-\s]?\d{2,7}[A-Z]{0,2}|[A-Z]{2,5}-[A-Z]?\d{1,4})$")


def beside_given(text: str, start: int, end: int) -> bool:
    """Whether the words right before or behind a stretch say that it was given.

    >>> beside_given("They received insulin daily.", 14, 21), beside_given("insulin resistance", 0, 7)
    (True, False)
    """
    return bool(GIVEN_BEFORE.search(text, max(0, start - 40), start) or GIVEN_AFTER.match(text, end))


def is_code(word: str) -> bool:
    """Whether a word has the form of an investigational code (``MK-801``, ``AZD8931``)."""
    return bool(CODE.fullmatch(word))

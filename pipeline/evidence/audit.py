"""Arithmetic audit: do the figures of a text agree with one another?

Each check looks at figures that stand together and says nothing where it cannot be sure: a false alarm costs a
curator more than a missed slip. GRIM is Brown and Heathers 2017 (doi:10.1177/1948550616673876).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import Any

from spacy.tokens import Doc

from pipeline.evidence import cues
from pipeline.language.common import document_of, get, sentences_of, text_of
from pipeline.lexicons import rows
from pipeline.reconcile.values import unit_factor
from pipeline.schema import Document, DoseValue, Found, ResultValue, SampleSizeValue

#: "98 of 156 patients (63%)", "12/25 (48.0%)", "63% (98/156)"
_SHARE = re.compile(
    r"(?P<n>\d[\d,]*)\s*(?:/|(?:out\s+)?of\s+(?:the\s+)?)\s*(?P<N>\d[\d,]*)\s*(?:[a-z]+\s+){0,3}[(\[,;]?\s*(?P<p>\d+(?:\.\d+)?)\s?%"
    r"|(?P<p2>\d+(?:\.\d+)?)\s?%\s*[(\[]\s*(?P<n2>\d[\d,]*)\s*(?:/|of)\s*(?P<N2>\d[\d,]*)\s*[)\]]"
)
_INTERVAL = re.compile(
    r"(?P<name>\b(?:odds ratio|hazard ratio|risk ratio|relative risk|rate ratio|mean difference|difference|"
    r"a?OR|a?HR|a?RR|SMD|MD)\b)(?:\s*\([A-Za-z ]{2,6}\))?[\s,:=]*(?:of|was|is|were)?\s*"
    r"(?P<est>[-−–]?\d+(?:\.\d+)?)\s*(?:%|mm ?Hg)?[\s,;:]*[(\[]?\s*"
    r"(?P<level>9[059])\s?%\s*(?:CI|confidence interval)s?(?:\s*\(CI\))?[\s,:=\[(]*"
    r"(?P<low>[-−–]?\d+(?:\.\d+)?)\s*(?:to|,|;|[-–—−])\s*(?P<high>[-−–]?\d+(?:\.\d+)?)"
    r"(?:[\])]?[\s,;(]*[Pp]\s*(?P<sign>[=<>])\s*(?P<pvalue>0?\.\d+))?",
)
_DIGIT = re.compile(r"\d")
_NO_PEOPLE = re.compile(
    r"\d[.,]$|[-−–]$|\b(?:grades?|stages?|phases?|class|types?|scores?|of)\s*$", re.IGNORECASE
)
_LEVEL = re.compile(r"\s*(?:CI|confidence)")
_RATIO = re.compile(r"ratio|relative risk|\b(?:a?OR|a?HR|a?RR)\b")
_RANDOMISED = re.compile(r"\b(?:randomi[sz]ed|assigned|allocated)\b[^.;]{0,80}?\bto\b", re.IGNORECASE)
_N_EQUALS = re.compile(r"[(\[]\s*[nN]\s*=\s*(\d[\d,]*)\s*(?:each)?\s*[)\]]")


def audit(doc: Doc) -> list[dict[str, Any]]:
    """The checks that a processed doc fails: ``check``, ``severity``, source span, the sentence and the sum."""
    document = document_of(doc)
    if document is None:
        return []
    out: list[dict[str, Any]] = []
    text = text_of(doc)
    for start, end in sentences_of(doc):
        sentence = text[start:end]
        if not _DIGIT.search(sentence):
            continue
        shared = "%" in sentence
        for check in (_shares, _intervals) if shared else ():
            for a, b, severity, said in check(sentence):
                _report(
                    out, document, check.__name__.strip("_"), severity, start + a, start + b, sentence, said
                )
        _arms(out, doc, document, start, end)
        _grim(out, doc, document, start, end)
        _doses(out, doc, document, start, end)
    return out


def _report(
    out: list[dict[str, Any]],
    document: Document,
    check: str,
    severity: str,
    a: int,
    b: int,
    sentence: str,
    said: str,
) -> None:
    place = document.origin.place(a, b)
    if place is not None:
        out.append(
            {
                "doc": document.id,
                "check": check,
                "severity": severity,
                "start": place["start"],
                "end": place["end"],
                "text": document.source[place["start"] : place["end"]],
                "sentence": sentence[:400],
                "sum": said,
            }
        )


def _int(text: str) -> int:
    return int(text.replace(",", ""))


def _float(text: str) -> float:
    return float(re.sub(r"^[−–]", "-", text))


def _shares(sentence: str) -> Iterator[tuple[int, int, str, str]]:
    """n/N against its percentage, to the decimals printed, rounded either way.

    >>> list(_shares("Response occurred in 98 of 156 patients (63%) and 59/156 (48%)."))
    [(50, 61, 'high', '59/156 is 37.8%, printed 48%')]
    """
    for match in _SHARE.finditer(sentence):
        n, total = _int(match["n"] or match["n2"]), _int(match["N"] or match["N2"])
        printed = match["p"] or match["p2"]
        if not 0 < total < 10_000_000 or n > total:
            continue
        before = sentence[max(0, match.start() - 12) : match.start()]
        if match["n"] and _NO_PEOPLE.search(before):
            continue
        if match["n"] and _LEVEL.match(sentence, match.end()):
            continue
        decimals = len(printed.split(".")[1]) if "." in printed else 0
        exact = 100 * n / total
        tolerance = 0.5 * 10**-decimals + 10**-decimals * (0.51 if decimals else 0.5)
        if abs(exact - float(printed)) > tolerance:
            severity = "high" if abs(exact - float(printed)) > 5 else "medium"
            yield (
                match.start(),
                match.end(),
                severity,
                f"{n}/{total} is {exact:.{max(1, decimals)}f}%, printed {printed}%",
            )


def _intervals(sentence: str) -> Iterator[tuple[int, int, str, str]]:
    """An interval brackets its estimate, and a 95% interval agrees with its P value.

    >>> [row[3] for row in _intervals("an odds ratio of 2.7 (95% CI 1.2 to 2.1)")]
    ['2.7 lies outside its interval 1.2 to 2.1']
    """
    for match in _INTERVAL.finditer(sentence) if "CI" in sentence or "confidence" in sentence else ():
        estimate, low = _float(match["est"]), _float(match["low"])
        high = _float(match["high"])
        # "1.2-2.1": the dash joins, it is no sign; "-0.4--0.2" and "-0.4, -0.2" have theirs
        if low > high and high < 0 <= low:
            high = -high
        if low > high:
            yield match.start(), match.end(), "medium", f"the interval {low:g} to {high:g} runs backwards"
            continue
        if not low <= estimate <= high:
            yield (
                match.start(),
                match.end(),
                "high",
                f"{estimate:g} lies outside its interval {low:g} to {high:g}",
            )
            continue
        if match["pvalue"] and match["level"] == "95":
            null = 1.0 if _RATIO.search(match["name"]) else 0.0
            p = float(match["pvalue"])
            excludes = not low <= null <= high
            edge = min(abs(low - null), abs(high - null)) < 0.03
            if match["sign"] == "<" and p <= 0.05 and not excludes and not edge:
                yield (
                    match.start(),
                    match.end(),
                    "medium",
                    f"P < {p:g}, but the interval {low:g} to {high:g} holds {null:g}",
                )
            elif match["sign"] in "=>" and p > 0.06 and excludes and not edge:
                yield (
                    match.start(),
                    match.end(),
                    "medium",
                    f"P {match['sign']} {p:g}, but the interval {low:g} to {high:g} excludes {null:g}",
                )


def _arms(out: list[dict[str, Any]], doc: Doc, document: Document, start: int, end: int) -> None:
    """People randomised in one sentence to groups with printed sizes: the sizes sum to the total."""
    sentence = text_of(doc)[start:end]
    split = _RANDOMISED.search(sentence) if sentence.count("=") > 1 else None
    if not split:
        return
    totals = [
        f for f in get(doc, "SAMPLE_SIZE")
        if start <= f.start < start + split.end() and isinstance(f.value, SampleSizeValue) and f.value.role == "total"
    ]  # fmt: skip
    sizes = list(_N_EQUALS.finditer(sentence, split.end()))
    if len(totals) != 1 or len(sizes) < 2 or "each" in sentence[split.end() :]:
        return
    value = totals[0].value
    assert isinstance(value, SampleSizeValue)
    total = sum(_int(m[1]) for m in sizes)
    if any(
        isinstance(f.value, SampleSizeValue) and f.value.count == total
        for f in get(doc, "SAMPLE_SIZE")
        if start <= f.start < end
    ):
        return
    if total > value.count or (total < value.count and len(sizes) >= 2 and total >= 0.5 * value.count):
        said = f"{' + '.join(m[1] for m in sizes)} = {total}, printed in all {value.count}"
        severity = "high" if total > value.count else "medium"
        _report(out, document, "arms", severity, totals[0].start, totals[0].end, sentence, said)


def grim(mean: str, n: int) -> bool:
    """Whether a mean of ``n`` whole numbers can round to the printed ``mean``.

    >>> grim("5.19", 28), grim("5.18", 28)
    (False, True)
    """
    decimals = len(mean.split(".")[1]) if "." in mean else 0
    value, half = float(mean), 0.5 * 10**-decimals + 1e-9
    return bool(math.floor((value + half) * n) >= math.ceil((value - half) * n))


def _grim(out: list[dict[str, Any]], doc: Doc, document: Document, start: int, end: int) -> None:
    """Means of a scale's whole-number scores with their group's size in the same sentence (``mean 5.19, n = 28``)."""
    sentence = text_of(doc)[start:end]
    if (
        "=" not in sentence
        or "mean" not in sentence.lower()
        or not any(start <= f.start < end for f in get(doc, "SCALE"))
    ):
        return
    sizes = list(_N_EQUALS.finditer(sentence))
    means = [
        f for f in get(doc, "RESULT")
        if start <= f.start < end and isinstance(f.value, ResultValue) and f.value.kind == "score"
    ]  # fmt: skip
    if len(sizes) != 1 or len(means) != 1 or _int(sizes[0][1]) >= 100:
        return
    printed = re.match(r"\d+\.\d\d\b", text_of(doc)[means[0].start : means[0].end])
    if printed and not grim(printed[0], _int(sizes[0][1])):
        said = f"no {sizes[0][1]} whole numbers have the mean {printed[0]}"
        _report(out, document, "grim", "medium", means[0].start, means[0].end, sentence, said)


def _start(found: Found) -> int:
    return found.start


def _doses(out: list[dict[str, Any]], doc: Doc, document: Document, start: int, end: int) -> None:
    """Doses in people far outside what is given of a drug by its route (lexicons/dose_ranges.tsv)."""
    sentence = text_of(doc)[start:end]
    doses = get(doc, "DOSE")
    for dose in doses[bisect_left(doses, start, key=_start) : bisect_left(doses, end, key=_start)]:
        if {"animal", "in_vitro"} & set(dose.context):
            continue
        if not re.search(r"drug:(?:before|after|within)$", dose.why) or re.search(
            r"\bcumulative\b|\btotal\b|\bequivalents?\b",
            text_of(doc)[max(start, dose.start - 60) : dose.end + 30],
            re.IGNORECASE,
        ):
            continue  # whose dose it is must be printed beside it
        if not isinstance(dose.value, DoseValue) or dose.value.drug not in _ranges():
            continue
        limits = _limits(dose, cues.values("route", sentence))
        if limits is None or not isinstance(dose.value, DoseValue):
            continue
        low, high, source = limits
        factor, _ = unit_factor(dose.value.unit)
        worst = [x for x in dose.value.amounts if x * factor > 3 * high or x * factor < low / 5]
        if worst:
            said = f"{dose.value.drug} {worst[0]:g} {dose.value.unit}: usual {low:g} to {high:g} ({source})"
            _report(out, document, "dose", "high", dose.start, dose.end, sentence, said)


@cache
def _ranges() -> dict[str, list[dict[str, str]]]:
    """The known ranges of doses, by drug."""
    by_drug: dict[str, list[dict[str, str]]] = {}
    for row in rows("dose_ranges.tsv"):
        by_drug.setdefault(row["drug"], []).append(row)
    return by_drug


def _limits(dose: Found, routes: list[str]) -> tuple[float, float, str] | None:
    """The widest range known for a dose's drug, unit and route; None where none is known."""
    value = dose.value
    if not isinstance(value, DoseValue) or not value.drug:
        return None
    _, unit = unit_factor(value.unit)
    fitting = [
        row for row in _ranges().get(value.drug, ())
        if unit_factor(row["unit"])[1] == unit.removesuffix("/d")
        and (not routes or row["route"] in routes or row["route"] == "any" or len(routes) > 1)
    ]  # fmt: skip
    if not fitting:
        return None
    low = min(float(row["low"]) * unit_factor(row["unit"])[0] for row in fitting)
    high = max(float(row["high"]) * unit_factor(row["unit"])[0] for row in fitting)
    return low, high, fitting[0]["source"]

"""Inline clean-up: one pass over a stretch of source, writing clean reading text with its way back.

Markup (Markdown, HTML, LaTeX) is flattened, citation marks are lifted out and reported, odd glyphs become
characters. Whatever is not recognised is copied as it stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.reading import glyphs
from pipeline.reading.citations import NARRATIVE, author_years, expand_numbers, narrative
from pipeline.reading.segments import Builder

_SUP = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DASH = "–—−‐‑˗⁻-"  # the hyphen last: it stands in character classes
#: Words that begin a sentence: behind them a decimal's tail is a citation ("day 9.18 Thus").
_OPENERS = (
    "The|This|These|Those|In|It|We|A|An|Thus|However|Moreover|Furthermore|Although|While|For|After|Our|As|At|On|"
    "Similarly|There|Both|Since|Given|Another|One|Two|Further|Finally|Here"
)
#: Keys of `glyphs.CHARACTERS`, as ranges of a character class.
_GLYPHS = (
    r"\u00a0\u00ad\u200b-\u200f\u2002-\u200a\u202a-\u202f\u205f\u2060\u2066-\u2069\u3000\ufeff\ufffd\ufb00-\ufb06"
    r"\uf000-\uf0ff₀-₎μ\u2010\u2011\ufe63\uff0d∙⁄∕\uff10-\uff19％＝＜＞（），"
)
_EVENTS = re.compile(
    rf"""
      (?P<suptag><sup\b[^>]*>(?P<suptext>[^<]{{0,200}})</sup>)
    | (?P<comment><!--.*?-->)
    | (?P<skip><(?P<skipname>script|style)\b.*?</(?P=skipname)\s*>)
    | (?P<autolink><(?:https?://|mailto:)[^<>\s]*>)
    | (?P<tag></?(?P<tagname>[A-Za-z][A-Za-z0-9]*)\b[^<>]{{0,300}}>)
    | (?P<supbrace>\^\{{(?P<suptext2>[^{{}}]{{0,200}})\}})
    | (?P<subbrace>_\{{(?P<subtext>[^{{}}]{{0,60}})\}})
    | (?P<math>\$(?P<mathtext>(?:\\\$|[^$\n]){{1,300}}?)\$(?!\d))
    | (?P<unisup>[{_SUP}]+(?:\s?[,;{_DASH}]\s?[{_SUP}]+)*)
    | (?P<supparen>⁽[^⁽⁾\s]{{1,6}}⁾)
    | (?P<minussup>⁻[{_SUP}]+)
    | (?P<bracket>\[(?P<brackettext>\s*\d{{1,4}}\s*(?:[,;{_DASH}]\s*\d{{1,4}}\s*)*)\])
    | (?P<image>!\[[^\]\n]{{0,300}}\]\([^)\n]{{0,500}}\))
    | (?P<linkopen>\[(?=[^\[\]\n]{{1,300}}\]\((?:https?:|mailto:|\#|/|\.)[^)\n]{{0,500}}\)))
    | (?P<linkclose>\]\((?:https?:|mailto:|\#|/|\.)[^)\n]{{0,500}}\))
    | (?P<paren>\((?=[^()]{{0,600}}\b(?:1[89]|20)\d\d[a-z]?\b)(?P<parentext>[^()]{{4,600}})\))
    | (?P<parennum>\((?P<parennumtext>\d{{1,4}}\s*(?:[,;{_DASH}]\s*\d{{1,4}}\s*)*)\))
    | (?P<squareyear>\[(?=[^\[\]]{{0,600}}\b(?:1[89]|20)\d\d[a-z]?\b)(?P<squaretext>[A-Za-z][^\[\]]{{4,600}})\])
    | (?P<flat>(?<=[a-z)\]”"’%][.,;:])(?P<flattext>\d{{1,3}}(?:[,–-]\d{{1,3}})*)(?=\s|$))
    | (?P<flatdecimal>(?<=\d)\.(?P<flatdectext>\d{{1,3}}(?:[,–-]\d{{1,3}})*)(?=\s+(?-i:{_OPENERS})[\s,]))
    | (?P<escape>\\(?P<escaped>[\\`*_{{}}\[\]()\#+.!$%&~<>|-]))
    | (?P<command>\\(?P<commandname>[A-Za-z]+)(?![A-Za-z]))
    | (?P<stars>\*{{1,3}})
    | (?P<underscores>(?<![\w_])_{{1,2}}(?=\w)|(?<=\w)_{{1,2}}(?![\w_]))
    | (?P<tick>`+)
    | (?P<entity>&(?:\#\d{{1,6}}|\#x[0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,20}});)
    | (?P<glyph>[{_GLYPHS}])
    | (?P<newline>\r?\n[ \t]*(?:\r?\n[ \t]*)*)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
#: Where an event can begin, or at the digit behind; one character class, so that plain prose is passed over at once.
_TRIGGER = re.compile(rf"[<^_$⁻⁽{_SUP}\[\]!(\\*`&\r\n{_GLYPHS}.,;:](?:(?<![.,;:])|(?=\d))")
_UNIT_BEFORE = re.compile(
    r"(?:^|[^A-Za-z])(?:[cmkdµn]?m|kg|mg|g|h|hr|min|s|sec|day|d|wk|week|mL|ml|L|l|IU|Hz)$"
)
_TEN_BEFORE = re.compile(r"(?:^|[^\d.])10$")
_MATH_PART = re.compile(
    r"\\(?P<esc>[%$&#_{} ,;:!])|\\(?P<cmd>[A-Za-z]+)|(?P<sup>\^\{(?P<supin>[^{}]*)\}|\^(?P<supone>\w))"
    r"|(?P<sub>_(?=[\w{]))|(?P<brace>[{}])|(?P<tilde>~)|(?P<rest>[^\\^_{}~]+|.)"
)
_BREAKING_TAGS = {"br", "p", "div", "li", "td", "th", "tr", "hr"}
_MARK_TAGS = {
    "b",
    "i",
    "u",
    "em",
    "strong",
    "sub",
    "span",
    "a",
    "small",
    "font",
    "s",
    "mark",
    "tt",
    "code",
    "sc",
}


@dataclass(slots=True)
class Style:
    """What a document's citation marks look like, decided once for each document.

    ``highest`` is the last number of its reference list, None where it has none.
    """

    superscript: bool = True
    bracket: bool = True
    parenthesis: bool = False
    flat: bool = False
    author_year: bool = True
    highest: int | None = None


#: (reading offset, source start, source end, mark text, keys or author-year works)
Anchor = tuple[int, int, int, str, tuple[str, ...]]


class Inline:
    """Writes stretches of a source through a `Builder`, lifting citations as it goes.

    ``resolve`` turns author-year works into the keys of the reference list.
    """

    def __init__(self, builder: Builder, style: Style, watermark: re.Pattern[str] | None = None) -> None:
        self.builder = builder
        self.source = builder.source
        self.style = style
        self.watermark = watermark
        self.anchors: list[Anchor] = []
        self._opened: dict[str, list[tuple[int, int]]] = {}

    def write(self, start: int, end: int) -> None:
        """Write source[start:end]; markup pairs do not reach beyond the stretch."""
        self._opened = {}
        if self.watermark is None:
            self._write(start, end)
            return
        at = start
        for match in self.watermark.finditer(self.source, start, end):
            self._write(at, match.start())
            self.builder.gap(match.start(), match.end())
            at = match.end()
        self._write(at, end)

    def _write(self, start: int, end: int) -> None:
        builder, at, look = self.builder, start, start
        while trigger := _TRIGGER.search(self.source, look, end):
            look = trigger.start()
            match = _EVENTS.match(self.source, look, end)
            if match is None:
                look += 1
                if trigger[0] not in ".,;:":
                    continue
                match = _EVENTS.match(self.source, look, end)
                if match is None:
                    continue
            # lastgroup names the outermost group, which closes last; the text groups within never do.
            handler: Callable[[re.Match[str], int], int] = getattr(self, f"_on_{match.lastgroup}")
            builder.copy(at, look)
            at = look = handler(match, end)
        builder.copy(at, end)

    # ------------------------------------------------------------ helpers

    def _before(self, match: re.Match[str], width: int = 12) -> str:
        return self.source[max(0, match.start() - width) : match.start()]

    def _keep(self, match: re.Match[str], _end: int) -> int:
        self.builder.copy(match.start(), match.end())
        return match.end()

    def _drop(self, match: re.Match[str], _end: int) -> int:
        return match.end()

    def _lift(
        self, match: re.Match[str], keys: tuple[str, ...], start: int | None = None, end: int | None = None
    ) -> int:
        first, last = match.start() if start is None else start, match.end() if end is None else end
        if self.source[last : last + 1] in " .,;:)\n":
            self.trim()
        self.anchors.append((self.builder.length, first, last, self.source[first:last].strip(), keys))
        return last

    def trim(self) -> None:
        """Take back a trailing space; a mark lifted behind it moves along."""
        self.builder.trim()
        at = self.builder.length
        for i in range(len(self.anchors) - 1, -1, -1):
            if self.anchors[i][0] <= at:
                break
            self.anchors[i] = (at, *self.anchors[i][1:])

    def _numbers(self, text: str) -> tuple[str, ...] | None:
        plain = "".join(glyphs.SUPERSCRIPT.get(char, char) for char in text)
        return expand_numbers(plain, self.style.highest)

    def _superscript(self, match: re.Match[str], inner: str, inner_start: int) -> int:
        """A superscript is a citation, or an exponent that stays in the text."""
        before = self._before(match)
        bare = before.rstrip("*_$ ")
        exponent = bool(_TEN_BEFORE.search(bare)) or (
            bool(_UNIT_BEFORE.search(bare)) and inner.strip("⁻−-– ") in ("1", "2", "3", "¹", "²", "³")
            and not (self.style.superscript and before[-1:] in ".,;")
        )  # fmt: skip
        several = self.style.highest is not None and re.search(r"[\d⁰¹²³⁴-⁹]\s?[,;–⁻-]\s?[\d⁰¹²³⁴-⁹]", inner)
        keys = self._numbers(inner) if not exponent and (self.style.superscript or several) else None
        if keys:
            return self._lift(match, keys)
        if re.fullmatch(r"[a-z*†‡§¶#,\s]{1,8}", inner) and not re.fullmatch(r"st|nd|rd|th|o", inner):
            return match.end()  # affiliation letters and footnote signs
        if re.search(r"\d$", bare) and re.fullmatch(r"[\d⁰¹²³⁴-⁹]+", inner):
            self.builder.insert("^")
        for offset, char in enumerate(inner):
            here = inner_start + offset
            if char in glyphs.SUPERSCRIPT:
                self.builder.replace(glyphs.SUPERSCRIPT[char], here, here + 1)
            else:
                self.builder.copy(here, here + 1)
        return match.end()

    # ------------------------------------------------------------ events

    def _on_suptag(self, match: re.Match[str], _end: int) -> int:
        return self._superscript(match, match["suptext"], match.start("suptext"))

    def _on_supbrace(self, match: re.Match[str], _end: int) -> int:
        return self._superscript(match, match["suptext2"], match.start("suptext2"))

    def _on_unisup(self, match: re.Match[str], _end: int) -> int:
        return self._superscript(match, match[0], match.start())

    def _on_minussup(self, match: re.Match[str], _end: int) -> int:
        for offset, char in enumerate(match[0]):
            here = match.start() + offset
            self.builder.replace(glyphs.SUPERSCRIPT.get(char, char), here, here + 1)
        return match.end()

    _on_supparen = _on_minussup  # "⁽¹⁾" counts items of a list, it cites nothing

    def _on_subbrace(self, match: re.Match[str], _end: int) -> int:
        self.builder.copy(match.start("subtext"), match.end("subtext"))
        self.builder.pair(match.start(), match.start() + 2, match.end() - 1, match.end())
        return match.end()

    def _on_bracket(self, match: re.Match[str], end: int) -> int:
        keys = self._numbers(match["brackettext"]) if self.style.bracket else None
        if keys and re.match(r"\s*(?:=|[<>≤≥]\s*[\d.])", self.source[match.end() : match.end() + 6]):
            keys = None  # degrees of freedom: "F[1,12] = 8.42"
        return self._lift(match, keys) if keys else self._keep(match, end)

    def _on_parennum(self, match: re.Match[str], end: int) -> int:
        keys = self._numbers(match["parennumtext"]) if self.style.parenthesis else None
        return self._lift(match, keys) if keys else self._keep(match, end)

    def _on_flat(self, match: re.Match[str], end: int) -> int:
        keys = self._numbers(match["flattext"]) if self.style.flat else None
        return self._lift(match, keys) if keys else self._keep(match, end)

    def _on_flatdecimal(self, match: re.Match[str], end: int) -> int:
        keys = self._numbers(match["flatdectext"]) if self.style.flat else None
        if not keys:
            return self._keep(match, end)
        self.builder.copy(match.start(), match.start() + 1)
        return self._lift(match, keys, match.start() + 1)

    def _on_paren(self, match: re.Match[str], end: int) -> int:
        return self._author_year(match, match["parentext"], match.start("parentext"))

    def _on_squareyear(self, match: re.Match[str], end: int) -> int:
        return self._author_year(match, match["squaretext"], match.start("squaretext"))

    def _author_year(self, match: re.Match[str], inner: str, inner_start: int) -> int:
        if not self.style.author_year:
            self.builder.copy(match.start(), match.start() + 1)
            return match.start() + 1
        if re.fullmatch(r"\s*(?:1[89]|20)\d\d[a-z]?(?:\s*,\s*(?:(?:1[89]|20)\d\d)?[a-z]?)*\s*", inner):
            before = self.source[max(0, match.start() - 90) : match.end()]
            found = [m for m in NARRATIVE.finditer(before) if m.end() == len(before)]
            if found:
                return self._lift(match, tuple(work.key for work in narrative(found[-1])))
        whole = author_years(inner)
        if whole:
            return self._lift(match, tuple(work.key for work in whole))
        # "(TRD; Diazgranados et al., 2010; Fava et al., 2020)": lift the cited tail, keep the rest
        parts = inner.split(";")
        for cut in range(1, len(parts)):
            tail = ";".join(parts[cut:])
            works = author_years(tail)
            if works:
                tail_start = inner_start + len(";".join(parts[:cut]))
                self.builder.copy(match.start(), match.start() + 1)
                self._write(inner_start, tail_start)
                self._lift(match, tuple(work.key for work in works), tail_start, inner_start + len(inner))
                self.builder.copy(match.end() - 1, match.end())
                return match.end()
        self.builder.copy(match.start(), match.start() + 1)
        return match.start() + 1

    _on_comment = _on_autolink = _on_skip = _on_image = _on_tick = _drop

    def _on_tag(self, match: re.Match[str], end: int) -> int:
        name = match["tagname"].lower()
        if name in _BREAKING_TAGS:
            self.builder.replace(" ", match.start(), match.end())
            return match.end()
        if name not in _MARK_TAGS and not match[0].startswith("</") and " " not in match[0] and name != "sup":
            return self._keep(match, end)  # "<Gene>" and the like is text
        self._toggle("/" + name if match[0].startswith("</") else name, match)
        return match.end()

    def _toggle(self, mark: str, match: re.Match[str]) -> None:
        """Remember an opening mark; pair it with its closing one."""
        closing = mark.startswith("/")
        stack = self._opened.setdefault(mark.lstrip("/"), [])
        if closing:
            if stack:
                self.builder.pair(*stack.pop(), match.start(), match.end())
        else:
            stack.append((match.start(), match.end()))

    def _on_linkopen(self, match: re.Match[str], _end: int) -> int:
        self._toggle("link", match)
        return match.end()

    def _on_linkclose(self, match: re.Match[str], end: int) -> int:
        if not self._opened.get("link"):
            return self._keep(match, end)
        self._toggle("/link", match)
        return match.end()

    def _on_stars(self, match: re.Match[str], end: int) -> int:
        return self._emphasis(match, end, match[0])

    def _on_underscores(self, match: re.Match[str], end: int) -> int:
        return self._emphasis(match, end, match[0])

    def _emphasis(self, match: re.Match[str], end: int, mark: str) -> int:
        """Markdown emphasis is dropped in pairs; a lone star (``STAR*D``, a footnote sign) stays."""
        stack = self._opened.setdefault(mark, [])
        if stack and not self.source[match.start() - 1].isspace():
            self.builder.pair(*stack.pop(), match.start(), match.end())
            return match.end()
        after = self.source[match.end() : match.end() + 1]
        if after and not after.isspace() and not self._before(match, 1).isalnum():
            rest = self.source.find(mark, match.end(), end)
            if rest > match.end():
                stack.append((match.start(), match.end()))
                return match.end()
        return self._keep(match, end)

    def _on_escape(self, match: re.Match[str], _end: int) -> int:
        self.builder.copy(match.start("escaped"), match.end())
        return match.end()

    def _on_command(self, match: re.Match[str], end: int) -> int:
        name = match["commandname"]
        if name in glyphs.LATEX:
            self.builder.replace(glyphs.LATEX[name], match.start(), match.end())
            return match.end()
        return self._keep(match, end)

    def _on_entity(self, match: re.Match[str], end: int) -> int:
        char = html.unescape(match[0])
        if char == match[0]:
            return self._keep(match, end)
        self.builder.replace("".join(glyphs.CHARACTERS.get(c, c) for c in char), match.start(), match.end())
        return match.end()

    def _on_glyph(self, match: re.Match[str], _end: int) -> int:
        self.builder.replace(glyphs.CHARACTERS.get(match[0], ""), match.start(), match.end())
        return match.end()

    def _on_newline(self, match: re.Match[str], _end: int) -> int:
        if not self.builder.ends_with_space():
            self.builder.replace(" ", match.start(), match.end())
        return match.end()

    def _on_math(self, match: re.Match[str], end: int) -> int:
        inner, base = match["mathtext"], match.start("mathtext")
        if not re.search(r"[\\^_={}<>]|^[\s\d.,]*$|^[A-Za-z]$", inner) or (
            inner[:1] == inner[-1:] == " " and "\\" not in inner
        ):
            self.builder.copy(match.start(), match.start() + 1)  # a price: "$5 and $10"
            return match.start() + 1
        self.builder.pair(match.start(), base, match.end("mathtext"), match.end())
        for part in _MATH_PART.finditer(inner):
            start, stop = base + part.start(), base + part.end()
            if part["esc"]:
                self.builder.replace(
                    " " if part["esc"] in " ,;:" else "" if part["esc"] == "!" else part["esc"], start, stop
                )
            elif part["cmd"]:
                self.builder.replace(glyphs.LATEX.get(part["cmd"], part["cmd"]), start, stop)
            elif part["sup"]:
                self._math_superscript(part, base, match)
            elif part["tilde"]:
                self.builder.replace(" ", start, stop)
            elif not (part["sub"] or part["brace"]):
                for offset, char in enumerate(part[0]):
                    if char in glyphs.CHARACTERS:
                        self.builder.replace(glyphs.CHARACTERS[char], start + offset, start + offset + 1)
                    else:
                        self.builder.copy(start + offset, start + offset + 1)
        return match.end()

    def _math_superscript(self, part: re.Match[str], base: int, match: re.Match[str]) -> None:
        group = "supin" if part["supin"] is not None else "supone"
        inner = part[group]
        before = self.source[match.start("mathtext") : base + part.start()].rstrip()
        is_citation = bool(re.search(r"[,;–-]\d", inner)) and not _TEN_BEFORE.search(before)
        keys = self._numbers(inner) if is_citation or not before else None
        if keys and self.style.superscript:
            self._lift(match, keys, base + part.start(), base + part.end())
            return
        if re.search(r"\d$", before) and re.fullmatch(r"\d+", inner):
            self.builder.insert("^")
        for offset, char in enumerate(inner):
            if char not in "\\{}":
                start = base + part.start(group) + offset
                self.builder.copy(start, start + 1)


# A lookbehind stands behind the first sign, so that the search leaps from one such sign to the next.
_SUP_MARK = re.compile(rf"<sup>\s*\d|\^\{{\s*\d|(?<=[a-z.,;)])[{_SUP}]")
_BRACKET_MARK = re.compile(r"\[\s*\d{1,3}\s*(?:[,;–-]\s*\d{1,3}\s*)*\]")
_YEAR_MARK = re.compile(r"[12](?<!\w[12])(?:(?<=1)[89]|(?<=2)0)\d\d[a-z]?\s*[;)]")
_PAREN_MARK = re.compile(
    r"\((?:(?<=[a-z]\()|(?<=[a-z]\s\()|(?<=[a-z)][.,]\())\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\)"
)
_FLAT_MARK = re.compile(r"[.,](?<=[a-z)][.,])\d{1,3}(?:[,–-]\d{1,3})*(?=\s)")


def citation_style(prose: str, highest: int | None, numbered: bool) -> Style:
    """Decide a document's citation style by counting its marks.

    ``prose`` is its text without the reference list; ``highest`` the last reference number.
    """
    sup = len(_SUP_MARK.findall(prose)) if any(sign in prose for sign in f"<^{_SUP}") else 0
    bracket = len(_BRACKET_MARK.findall(prose)) if "[" in prose else 0
    year = len(_YEAR_MARK.findall(prose))
    paren = len(_PAREN_MARK.findall(prose))
    numeric = sup + bracket
    flat = len(_FLAT_MARK.findall(prose))
    parenthesis = bool(numbered and highest and numeric < 3 and paren >= 5 and paren > 2 * year)
    return Style(
        superscript=sup > 0 and sup * 3 >= bracket,
        bracket=bracket > 0 and bracket * 2 >= sup,
        parenthesis=parenthesis,
        flat=(sup >= 3 and sup >= bracket)
        or (numbered and numeric < 3 and flat >= 5 and flat > 2 * max(year, paren)),
        author_year=year >= 1 and year * 4 >= numeric,
        highest=highest,
    )

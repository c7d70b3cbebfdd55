"""Characters that a conversion left behind, and what they stand for.

Every entry maps one source character to its reading text: script digits, ligatures, Symbol-font glyphs from the
private-use area (Adobe's Symbol encoding shifted to U+F000), odd spaces, and LaTeX command names.
"""

from __future__ import annotations

SUPERSCRIPT = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n", strict=True))
SUBSCRIPT = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎", "0123456789+-()", strict=True))

_SYMBOL_FONT = {
    0x20: " ", 0x22: "∀", 0x25: "%", 0x28: "(", 0x29: ")", 0x2B: "+", 0x2C: ",", 0x2D: "−", 0x2E: ".",
    0x2F: "/", 0x3A: ":", 0x3B: ";", 0x3C: "<", 0x3D: "=", 0x3E: ">", 0x40: "≅", 0x44: "Δ", 0x53: "Σ",
    0x57: "Ω", 0x5B: "[", 0x5D: "]", 0x61: "α", 0x62: "β", 0x63: "χ", 0x64: "δ", 0x65: "ε", 0x66: "φ",
    0x67: "γ", 0x68: "η", 0x69: "ι", 0x6A: "ϕ", 0x6B: "κ", 0x6C: "λ", 0x6D: "µ", 0x6E: "ν", 0x6F: "ο",
    0x70: "π", 0x71: "θ", 0x72: "ρ", 0x73: "σ", 0x74: "τ", 0x77: "ω", 0x78: "ξ", 0x79: "ψ", 0x7A: "ζ",
    0x7E: "~", 0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓",
    0xB0: "°", 0xB1: "±", 0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡",
    0xBB: "≈", 0xBC: "…", 0xD6: "√", 0xD7: "⋅", 0xE5: "∑", 0xF2: "∫",
}  # fmt: skip

LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}

#: One source character → reading text; "" drops it.
CHARACTERS: dict[str, str] = {
    **{chr(0xF000 + code): text for code, text in _SYMBOL_FONT.items()},
    **{chr(0xF030 + digit): str(digit) for digit in range(10)},
    **LIGATURES,
    **SUBSCRIPT,
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\ufffd": "",
    "\u200e": "", "\u200f": "", "\u202a": "", "\u202b": "", "\u202c": "", "\u202d": "", "\u202e": "",
    "\u2066": "", "\u2067": "", "\u2068": "", "\u2069": "",
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2004": " ", "\u2005": " ", "\u2006": " ", "\u2007": " ",
    "\u2008": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ", "\u205f": " ", "\u3000": " ",
    "μ": "µ", "\u2010": "-", "\u2011": "-", "\ufe63": "-", "\uff0d": "-", "∙": "·", "⁄": "/", "∕": "/",
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    "％": "%", "＝": "=", "＜": "<", "＞": ">", "（": "(", "）": ")", "，": ",",
}  # fmt: skip

#: LaTeX command (without backslash) → reading text; "" drops the command and keeps its argument.
LATEX = {
    "geq": "≥", "ge": "≥", "geqslant": "≥", "leq": "≤", "le": "≤", "leqslant": "≤", "pm": "±", "mp": "∓",
    "times": "×", "cdot": "·", "sim": "~", "simeq": "≈", "approx": "≈", "neq": "≠", "ne": "≠", "gt": ">",
    "lt": "<", "ll": "≪", "gg": "≫", "to": "→", "rightarrow": "→", "leftarrow": "←", "uparrow": "↑",
    "downarrow": "↓", "infty": "∞", "circ": "°", "degree": "°", "prime": "′", "dagger": "†", "ddagger": "‡",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "µ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Delta": "Δ", "Gamma": "Γ", "Sigma": "Σ", "Omega": "Ω", "Phi": "Φ", "Psi": "Ψ", "Lambda": "Λ",
    "quad": " ", "qquad": " ", "ldots": "…", "dots": "…", "cdots": "…", "bullet": "•", "ast": "*", "star": "*",
    "textdegree": "°", "textmu": "µ", "micro": "µ", "percent": "%", "pounds": "£", "copyright": "©",
    "mathrm": "", "text": "", "textrm": "", "mathit": "", "textit": "", "mathbf": "", "textbf": "", "rm": "",
    "it": "", "bf": "", "mathsf": "", "mathcal": "", "mathbb": "", "operatorname": "", "hat": "", "bar": "",
    "overline": "", "underline": "", "left": "", "right": "", "displaystyle": "", "textstyle": "", "emph": "",
    "mbox": "", "hbox": "", "boldsymbol": "", "textsuperscript": "", "textsubscript": "", "scriptstyle": "",
}  # fmt: skip

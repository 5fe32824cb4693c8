"""LaTeX as plain text that can be spoken: symbols as characters, fractions with a slash, other marks left out."""

import regex  # type: ignore[import-untyped]

_SYMBOL_NAMES = """
times=× cdot=· div=÷ pm=± mp=∓ leq=≤ le=≤ geq=≥ ge=≥ neq=≠ ne=≠ approx=≈ equiv=≡ infty=∞ to=→ rightarrow=→ leftarrow=←
Rightarrow=⇒ implies=⇒ iff=⇔ in=∈ notin=∉ subset=⊂ cup=∪ cap=∩ forall=∀ exists=∃ sum=∑ prod=∏ int=∫ partial=∂ nabla=∇
degree=° circ=° ldots=… dots=… cdots=… angle=∠ perp=⊥ propto=∝ sim=~ alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ
varepsilon=ε eta=η theta=θ iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ tau=τ upsilon=υ phi=φ varphi=φ
chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω
"""
_SYMBOLS = dict(pair.split("=") for pair in _SYMBOL_NAMES.split())
_NAMES = "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln lg exp lim max min sup inf det gcd mod"
_AROUND = "left right big Big bigg Bigg displaystyle textstyle limits nolimits nonumber quad qquad"
_WRAPPERS = (
    r"text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mathtt|mathbb|mathcal|operatorname|emph|boxed|vec|hat|bar"
    r"|tilde|overline|underline|mbox"
)
_RAISED = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_PATH = r"(?<![A-Za-z])[A-Za-z]:\\\S*+"
_GROUP = r"\{([^{}\n]{0,200}+)\}"

_ANY = regex.compile(r"[\\$]")
_DOLLARS = regex.compile(r"(?<![\\\w$])\$(?![\s$])([^$\n]{1,200}+)(?<![\s\\])\$(?![\w$])")
_ABOUT_MONEY = regex.compile(r"[\d.,]+[^\\]*?(?<![\\\w])[A-Za-z]{2,}")
_MATHEMATICAL = regex.compile(r".*[\\^_={}<>+*/|(-].*[\w})]|[A-Za-z]'?|\d+[A-Za-z]?", regex.DOTALL)
_FRACTION = regex.compile(rf"{_PATH}|\\[dt]?frac ?{_GROUP} ?{_GROUP}")
_ROOT = regex.compile(rf"{_PATH}|\\sqrt ?(?:\[\w{{1,3}}\])?{_GROUP}")
_WRAPPED = regex.compile(rf"{_PATH}|\\(?:{_WRAPPERS}) ?{_GROUP}")
_ENVIRONMENT = regex.compile(r"\\(?:begin|end)\{[A-Za-z]{1,20}\*?\}")
_WORD = regex.compile(rf"{_PATH}|\\({'|'.join([*_SYMBOLS, *_NAMES.split(), *_AROUND.split()])})(?![A-Za-z])")
_SIGN = regex.compile(rf"{_PATH}|\\[()]|\$\$")
_SIGNS = regex.compile(rf"{_PATH}|\\(?:[()\[\],;:!]|\\)|\$\$|&(?=\s*=)")
_POWER = regex.compile(r"\^(?:\{([^{}\n]{1,30})\}|([\w°]))")
_INDEX = regex.compile(r"(?<=[\p{L}})∑∏∫])_(?:\{([^{}\n]{1,30})\}|(\d|\p{L}(?![\p{L}\d])))")
_SIMPLE = regex.compile(r"√?[\w.°′²³]+")
_DEEPEST = 4


def plain_formulas(text: str) -> str:
    """`text` without LaTeX. Money, paths and escapes of Markdown stay. Never longer than `text`."""
    if not _ANY.search(text):
        return text
    text = _DOLLARS.sub(lambda found: _formula(found[1]) if _is_formula(found[1]) else found[0], text)
    said = _without_commands(text)
    if said != text or ("\\(" in said and "\\)" in said):
        return _in_formula(said)
    return str(_SIGN.sub(_kept_path, said))


def _is_formula(content: str) -> bool:
    """Whether `content` between two dollars is a formula; else the dollars are money, or variables of a shell."""
    return not _ABOUT_MONEY.match(content) and bool(_MATHEMATICAL.fullmatch(content))


def _formula(content: str) -> str:
    return _in_formula(_without_commands(content))


def _without_commands(text: str) -> str:
    if "\\" not in text:
        return text
    text = _ENVIRONMENT.sub(" ", text)
    for _ in range(_DEEPEST):
        before = text
        text = _WRAPPED.sub(lambda found: _kept_path(found, found[1]), text)
        text = _ROOT.sub(lambda found: _kept_path(found, f"√{_grouped(found[1] or '')}"), text)
        text = _FRACTION.sub(_fraction, text)
        if text == before:
            break
    return str(_WORD.sub(_word, text))


def _in_formula(text: str) -> str:
    """`text` without the signs that have another meaning outside a formula."""
    text = _SIGNS.sub(lambda found: _kept_path(found, " "), text)
    text = _POWER.sub(_raised, text)
    return str(_INDEX.sub(lambda found: _lowered(found[1] or found[2]), text))


def _word(found: regex.Match[str]) -> str:
    name = found[1]
    if name is None:
        return str(found[0])
    return _SYMBOLS.get(name, " " if name in _AROUND.split() else name)


def _fraction(found: regex.Match[str]) -> str:
    return str(found[0]) if found[1] is None else f"{_grouped(found[1])}/{_grouped(found[2])}"


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _raised(found: regex.Match[str]) -> str:
    power = str(found[1] or found[2]).strip()
    if power in ("°", "′"):
        return power
    raised = power.translate(_RAISED)
    return raised if not set(raised) & set(power) else f"^{_grouped(power)}"


def _lowered(index: str) -> str:
    return index if len(index) == 1 else f" {index}"


def _kept_path(found: regex.Match[str], otherwise: str = "") -> str:
    """The match itself where it is the path of a file on Windows; else `otherwise`."""
    return str(found[0]) if found[0][1:3] == ":\\" else otherwise

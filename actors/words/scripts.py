"""Scripts that are written without spaces between words."""

from typing import Final

UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Their letters, for the brackets of a pattern of `regex`."""

"""The mouth on the wire: the sets of shapes that rigs have, and the names of where a mouth comes from."""

from typing import Literal

MouthSet = Literal["ovr", "arkit", "vrm", "azure", "polly", "rhubarb"]
MouthSource = Literal["phonemes", "provider", "aligned", "sound"]
"""Best first: the synthesiser's phonemes, what its provider tells, the text aligned to the sound, the sound alone."""

"""Writes a random language model of half a megabyte: `python tiny_gguf.py FILE`. It says words, and means nothing.

Runs where the packages `gguf` and `numpy` are, which is not this project's environment.
"""

import sys

import gguf  # type: ignore[import-not-found, unused-ignore]
import numpy as np

WIDTH, HEADS, LAYERS, INNER, CONTEXT = 64, 4, 2, 128, 512
WORDS = (
    "the", "a", "cat", "sits", "on", "red", "roof", "and", "sings", "to", "moon", "while", "small", "birds", "sleep",
    "under", "green", "leaves", "of", "old", "trees",
)  # fmt: skip
TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def tokens() -> list[tuple[str, int]]:
    """The vocabulary: special tokens, one for each byte, words; each with its kind."""
    kinds = gguf.TokenType
    special = [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)]
    single = [(f"<0x{byte:02X}>", kinds.BYTE) for byte in range(256)]
    return [*special, *single, *[(f"\u2581{word}", kinds.NORMAL) for word in WORDS]]


def write(path: str) -> None:
    """Make the file."""
    file = gguf.GGUFWriter(path, "llama")
    file.add_context_length(CONTEXT)
    file.add_embedding_length(WIDTH)
    file.add_block_count(LAYERS)
    file.add_feed_forward_length(INNER)
    file.add_head_count(HEADS)
    file.add_head_count_kv(HEADS)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_rope_dimension_count(WIDTH // HEADS)
    vocabulary = tokens()
    file.add_tokenizer_model("llama")
    file.add_token_list([text for text, _ in vocabulary])
    file.add_token_scores([-float(number) for number in range(len(vocabulary))])
    file.add_token_types([kind for _, kind in vocabulary])
    file.add_bos_token_id(1)
    file.add_eos_token_id(2)
    file.add_chat_template(TEMPLATE)
    for name, shape in shapes(len(vocabulary)).items():
        file.add_tensor(name, weights(name, shape))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


def shapes(size: int) -> dict[str, tuple[int, ...]]:
    """The tensors of a Llama, for a vocabulary of `size`."""
    square = (WIDTH, WIDTH)
    found: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (size, WIDTH),
        "output_norm.weight": (WIDTH,),
        "output.weight": (size, WIDTH),
    }
    for layer in range(LAYERS):
        found |= {f"blk.{layer}.{name}.weight": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
        found |= {f"blk.{layer}.attn_{name}.weight": square for name in ("q", "k", "v", "output")}
        found |= {f"blk.{layer}.ffn_{name}.weight": (INNER, WIDTH) for name in ("gate", "up")}
        found[f"blk.{layer}.ffn_down.weight"] = (WIDTH, INNER)
    return found


def weights(name: str, shape: tuple[int, ...]) -> "np.typing.NDArray[np.float32]":
    """Random ones, the same each time; words are likelier than bytes and the end."""
    random = np.random.default_rng(sum(name.encode()))
    if len(shape) == 1:
        return np.ones(shape, np.float32)
    values = random.normal(0, 0.2, shape).astype(np.float32)
    if name == "output.weight":
        values[: -len(WORDS)] *= 0.01
    return values


if __name__ == "__main__":
    write(sys.argv[1])

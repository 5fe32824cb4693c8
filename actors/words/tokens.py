"""Special tokens: the marks that tell a model where a message begins and ends."""

SPECIAL_TOKENS = (
    r"<\|[A-Za-z0-9_./:=▁ -]{1,60}+\|>|<｜[^｜<>\n]{1,60}+｜>"  # ChatML, Llama 3, Phi, GLM, gpt-oss; DeepSeek
    r"|</?(?:start_of_turn|end_of_turn|start_of_image|end_of_utterance|end_of_text|endoftext|im_start|im_end)>"
    r"|<(?:eos|bos|pad|unk|eot|eod|eom|sop|eop|mask|unused\d{1,4}|extra_id_\d{1,4}|0x[0-9A-F]{2})>"  # Gemma, GLM, T5
    r"|<\|turn>|<turn\|>|<\|\"\|>"  # Gemma 4
    r"|\[/?(?:INST|AVAILABLE_TOOLS|TOOL_RESULTS|BOS|EOS|PAD|gMASK)\]|<</?SYS>>"  # Mistral, Llama 2, GLM
)
"""A pattern that matches one special token. An answer should have none, but servers do not always remove them."""

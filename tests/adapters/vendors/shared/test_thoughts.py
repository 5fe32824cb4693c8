"""Thoughts of models and special tokens are never told, however the pieces of an answer are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.ports.calls import Retraction
from adapters.vendors.shared.marks import FAMILIES
from adapters.vendors.shared.thoughts import Thoughts
from tests.lag import MOST_GROWTH, growth

SIZES = (1, 2, 3, 7, 1_000)


def told(written: str, size: int, *, is_held: bool = False) -> list[str | Retraction]:
    """What is told of an answer that comes in pieces of this size."""
    thoughts = Thoughts(is_held=is_held)
    pieces = [written[at : at + size] for at in range(0, len(written), size)]
    return [one for piece in pieces for one in thoughts.take(piece)] + thoughts.rest()


def kept(answer: list[str | Retraction]) -> str:
    """What is left of it in the end."""
    last = max((at for at, one in enumerate(answer) if isinstance(one, Retraction)), default=-1)
    return "".join(one for one in answer[last + 1 :] if isinstance(one, str))


THOUGHTS = [
    "<think>hm</think>",
    "<think>\n\n</think>\n\n",
    "\n <THINK>hm</THINK>",
    "<think budget='5' mode=\"x\">hm</think>",
    "< think >hm</ think >",
    "<thinking>hm</thinking>", "<thought>hm</thought>", "<Thought>hm</Thought>", "<thoughts>hm</thoughts>",
    "<reasoning>hm</reasoning>", "<reflection>hm</reflection>", "<scratchpad>hm</scratchpad>",
    "<seed:think>hm<seed:cot_budget_reflect>2</seed:cot_budget_reflect></seed:think>",
    "<antThinking>hm</antThinking>",
    "<think>a <b>b</b> < c > d</think>",
    '<think>The user asks about "</think>" and `<think>`.</think>',
    "<think>```\n<think>\n```</think></think>",
    "<think>one</think>\n<think>two</think>",
    "[THINK]hm[/THINK]",
    "◁think▷hm◁/think▷",
    "<|begin_of_thought|>hm<|end_of_thought|>\n<|begin_of_solution|>",
    "<|START_THINKING|>hm<|END_THINKING|><|START_RESPONSE|>",
    "<|think|>hm<|/think|>", "<|thinking|>hm<|end_thinking|>", "<|inner_prefix|>hm<|inner_suffix|>",
    "<longcat_think>hm</longcat_think>", "<thought_process>hm</thought_process>",
    "<chain_of_thought>hm</chain_of_thought>",
    "<think/>", "<Think\n>hm</Think>",
    "<unused94>thought\nhm<unused95>",
    "<|channel>thought\nhm<channel|>", "<|turn>model\n<|channel>thought\nhm<channel|>",
    '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\nhm\n</details>\n',
    "<think>hm</think>\n<answer>", "<think>hm</think><response>", "<thought>hm</thought><Output>",
    "<|im_start|>assistant\n<think>hm</think>",
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|start|>assistant<|channel|>analysis<|message|>hm<|start|>assistant<|channel|>final<|message|>",
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=functions.x <|constrain|>json"
    "<|message|>{\"a\": 1}<|call|><|start|>assistant<|channel|>final<|message|>",
    "<|channel|>commentary<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|channel|>analysis\nhm<|end|>",
    "<|channel|>final<|message|>",
    "<|channel|>final <|constrain|>JSON<|message|>",
    "<|start|>assistant<|message|>",
]  # fmt: skip
LONE = [
    "hm</think>", "hm\n</think>\n\n", "hm</THINK>", "hm </thinking> ", "a\n\nb ```c``` </think>\n", "hm[/THINK]",
    "hm◁/think▷", "hm<|end_of_thought|>", "hm<|END_THINKING|><|START_RESPONSE|>", "hm<unused95>", "hm</reasoning>",
    "hm<|end|><|start|>assistant<|channel|>final<|message|>", "hm</think><answer>", "hm\n[BEGIN FINAL RESPONSE]\n",
    "hm</think>\nhm again</think>",
]  # fmt: skip
FIRST = [
    "analysisWe need to greet.assistantfinal",
    "analysis<|message|>hm<|end|>final<|message|>",
    "analysisThe user.assistantcommentary to=functions.x json{}assistantfinal",
    "Here is my thought process:\nhm\nHere is my response:\n",
    "Here's my thought process: hm Here's my response: ",
    "Here are my reasoning steps:\nhm\n[BEGIN FINAL RESPONSE]\n",
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("thought", THOUGHTS)
@pytest.mark.parametrize("is_held", [False, True])
def test_a_thought_is_not_told_and_the_answer_is(thought: str, size: int, is_held: bool) -> None:
    answer = "Yes: a < b, [1] and <b>c</b>.\n\n* So."
    assert told(thought + answer, size, is_held=is_held)[:1] != [Retraction()]
    assert kept(told(thought + answer, size, is_held=is_held)) == answer
    assert Retraction() not in told(thought + answer, size, is_held=is_held)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("thought", LONE)
def test_the_end_alone_takes_back_what_was_before_it(thought: str, size: int) -> None:
    answer = told(f"{thought}Yes.", size)
    assert kept(answer) == "Yes."
    assert (Retraction() in answer) is (size < 1_000)
    assert told(f"{thought}Yes.", 1_000, is_held=True) == ["Yes."]
    held = Thoughts(is_held=True)
    assert held.take("hm") == []
    assert (held.take("</think>Yes"), held.take(" <think>x</think>so"), held.is_known) == (["Yes"], [" so"], True)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("thought", FIRST)
def test_the_first_words_can_be_a_mark(thought: str, size: int) -> None:
    assert kept(told(f"{thought}Yes.", size)) == "Yes."
    assert "hm" not in "".join(str(one) for one in told(f"{thought}Yes.", size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("Yes. <think>hm</think> No.", "Yes. No."),
        ("Yes.\n<THINK>hm</THINK>\nNo. <reasoning>hm</reasoning>", "Yes.\nNo. "),
        ("Well <think>hm</think> yes", "Well yes"),
        ("<think>never ends", ""),
        ("Yes. <think>never ends", "Yes. "),
        ("Yes.\n\n<|channel|>analysis<|message|>never ends", "Yes.\n\n"),
        ("<think>a<think>b</think>c</think>Yes", "Yes"),
        (
            "Yes. <|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>No.",
            "Yes. No.",
        ),
        ("<think>a</thinking>Yes", "Yes"),
        ("<thinking>a </think> b</thinking>Yes", "Yes"),
    ],
)
def test_a_thought_may_come_anywhere_and_as_often_as_it_likes(written: str, answer: str, size: int) -> None:
    assert told(written, size) in ([*filter(None, [answer])], told(answer, size)) or kept(told(written, size)) == answer
    assert Retraction() not in told(written, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "written",
    [
        "Put it between `<think>` and `</think>`.",
        'The tag "<think>" is written before "</think>", as “<thinking>” is, and \'[THINK]\'.',
        "```xml\n<think>x</think>\n```\nThat is all.",
        "~~~\n</think>\n~~~",
        "Use the <think> tag to let it think.",
        "The token `<|im_end|>` ends a message.",
        "<answer>Yes</answer>", "a < b > c", "<b>Yes</b>", "<thi", "[TH", "x <", "I <think", "a <s>b</s>",
        "[thinking] Well. [/thinking]", "[think] Well.", "the final answer",
        "analysis of it is hard", "Here is my answer: so", "Here are my books.", "analysis", "a", "A", "Her",
        "<|tool_calls_section_begin|>{}<|tool_calls_section_end|>", "[1] and arr[0]", "◁ left",
    ],
)  # fmt: skip
def test_what_is_no_mark_is_told(written: str, size: int) -> None:
    assert "".join(map(str, told(written, size))) == written


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("Yes.<|im_end|>", "Yes."), ("Yes.</s>", "Yes."), ("<s>Yes.</s>", "Yes."), ("Yes.<|eot_id|>", "Yes."),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>", "Yes."), ("Yes.<end_of_turn>", "Yes."),
        ("<start_of_turn>model\nYes.<eos>", "Yes."), ("Yes.<｜end▁of▁sentence｜>", "Yes."), ("Yes.[/INST]", "Yes."),
        ("Yes.<|im_end|>\n<|im_start|>user\nAnd why?", "Yes.\n"), ("Yes.<|user|>And why?", "Yes."),
        ("Yes.<|endoftext|>", "Yes."), ("Yes.<|return|>", "Yes."), ("<bos>Yes.<pad><pad>", "Yes."),
        ("Yes.<start_of_turn>user\nWhy?", "Yes."), ("Yes.<turn|>", "Yes."), ("Yes.<turn|><|turn>user\nWhy?", "Yes."),
    ],
)  # fmt: skip
def test_special_tokens_are_not_told(written: str, answer: str, size: int) -> None:
    assert "".join(map(str, told(written, size))) == answer


def test_what_is_held_is_told_when_it_is_released_or_the_answer_is_over() -> None:
    thoughts = Thoughts(is_held=True)
    assert (thoughts.take("Yes. "), thoughts.holds, thoughts.release(), thoughts.holds) == ([], True, "Yes. ", False)
    assert (thoughts.take("No."), thoughts.take("</think>So"), thoughts.rest()) == (["No."], [Retraction(), "So"], [])
    assert told("Yes. No.", 2, is_held=True) == ["Yes. No."]


def test_each_mark_names_its_models() -> None:
    assert all(family.of and family.begin and family.end for family in FAMILIES)


SCRAPS = [
    "Yes ",
    "a",
    "<",
    "`",
    '"',
    "```\n",
    "\n",
    "</s>",
    "<s>",
    "[",
    "|>",
    "think>",
    "assistant",
    "final",
    "<|start|>",
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ('"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>"', '""'),
        ('"<|end|><|start|>assistant<|channel|>final<|message|>"', None),
        ("\n<", None),
        ("\n<analysis", None),
        ("\n<s>Yes", "Yes"),
    ],
)
def test_a_mark_that_may_become_longer_is_waited_for(written: str, answer: str | None, size: int) -> None:
    assert kept(told(written, size)) == (written if answer is None else answer)


@given(st.lists(st.sampled_from([*THOUGHTS, *LONE, *FIRST, *SCRAPS]), max_size=8))
def test_what_is_kept_does_not_depend_on_the_pieces(parts: list[str]) -> None:
    written = "".join(parts)
    assert len({kept(told(written, size)) for size in SIZES}) == 1


@pytest.mark.parametrize(
    "unit", ["<", "<think>", "<think ", "</think>", "[", "◁", "<|", "<|channel|>", "<|start|>", "a", "`", "\n"]
)
def test_the_time_grows_with_the_length(unit: str) -> None:
    def work(length: int) -> None:
        text = (unit * length)[:length]
        thoughts = Thoughts()
        for at in range(0, length, 1_000):
            thoughts.take(text[at : at + 1_000])

    assert growth(work, 6_000) <= MOST_GROWTH

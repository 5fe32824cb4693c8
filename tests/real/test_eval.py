"""`vivavoce eval --url` as a person runs it, against the running server with its embedded engines."""

import subprocess
from pathlib import Path

import pytest

from tests.real.programs import VIVAVOCE, Served
from tests.real.speech import QUESTION

pytestmark = pytest.mark.real
SPOKEN = f"""
title = "A question that is heard, and an answer that is stopped"

[[caller]]
name = "question"
say = "{QUESTION}"

[[caller]]
after = "sound"
do = "cancel"

[[expect]]
step = "question"
hears = "What have you heard"

[[expect]]
step = "question"
says = "I heard"

[[expect]]
cut = "cancelled"

[[expect]]
step = "question"
history = "what nobody sees"
"""
TYPED = """
title = "An answer that is not the one that was expected"

[[caller]]
text = "What is two plus three?"

[[caller]]
after = "sound"
do = "cancel"

[[expect]]
step = 1
says = "2 plus 3 is 6"
"""
BOUND = """
title = "A server's own limits"

[limits]
llm_silence = 5

[[caller]]
text = "Hello."

[[expect]]
error = 3003
"""


def test_a_running_server_is_tried(vivavoce: Served, tmp_path: Path) -> None:
    files = []
    for name, text in (("spoken", SPOKEN), ("typed", TYPED), ("bound", BOUND)):
        files.append(tmp_path / f"{name}.toml")
        files[-1].write_text(text, encoding="utf-8")
    command = [VIVAVOCE, "eval", *map(str, files), "--url", vivavoce.origin, "--token", vivavoce.token]
    ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120)
    told = [line.strip() for line in ended.stdout.splitlines()]
    assert ended.returncode == 1, ended.stderr
    assert told[0].startswith("passed       spoken: A question that is heard")
    assert told[1].startswith("not checked: step 1 (say “What have you heard?”): history “what nobody sees”: what the")
    assert told[2].startswith("failed       typed: An answer that is not")
    assert told[3].startswith("step 1 (text “What is two plus three?”): says “2 plus 3 is 6”: it says “2 p")
    assert told[4].startswith("not checked  bound: A server's own limits")
    assert told[-1] == "1 passed, 1 failed, 1 not checked"
    stages = {line.split()[0]: line.split()[1:] for line in told if line.startswith(("stt", "first_sound"))}
    assert int(stages["stt"][1]) > 0
    assert int(stages["first_sound"][1]) > 0

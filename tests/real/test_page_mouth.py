"""The mouth of the talk page: key frames between two messages, the fifteen poses, and a cut that closes it."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from protocol.mouth import SHAPES
from tests.real.browser import Visitor, visiting
from tests.real.mouthclock import opening
from tests.real.programs import Served

pytestmark = pytest.mark.real

WEIGHTS = """async ([messages, id, moments]) => {
  const { Mouth, SHAPES } = await import("/page/mouth.js");
  const mouth = new Mouth();
  mouth.begin(4);
  for (const message of messages) mouth.take(message);
  const named = (weights) => SHAPES.map((name, at) => [name, weights[at]]);
  const shown = (weights) => Object.fromEntries(named(weights).filter(([, weight]) => weight > 0.004));
  return moments.map((ms) => shown(mouth.at(id, ms)));
}"""

OUTLINES = """async () => {
  const { SHAPES } = await import("/page/mouth.js");
  const { outline, pose } = await import("/page/lips.js");
  return SHAPES.map((_, at) => outline(pose(SHAPES.map((__, other) => (other === at ? 1 : 0))), 0));
}"""


SMILING = """async ([shape, smile]) => {
  const { outline, pose } = await import("/page/lips.js");
  return outline(pose(Array.from({ length: 15 }, (_, other) => (other === shape ? 1 : 0))), smile);
}"""

LIPS = """() => {
  const mouth = document.querySelector("#mouth"), { dataset } = document.body;
  const look = () => {
    const half = -Number(/^M(-?[\\d.]+)/.exec(mouth.getAttribute("d"))[1]);
    if (half < 14.5) dataset.round = "seen";
    if (half > 23) dataset.wide = "seen";
  };
  new MutationObserver(look).observe(mouth, { attributes: true });
}"""
"""Notes on the body that rounded lips, and wide ones, were drawn."""


@pytest.fixture(scope="module")
def page(browser: Browser, vivavoce: Served) -> Iterator[Page]:
    """A page of the server, whose modules can be imported."""
    with visiting(browser, f"{vivavoce.origin}/inspect") as visitor:
        yield visitor.page


def keys(*frames: tuple[int, str, float], part: int = 0, turn: int = 4, **more: Any) -> dict[str, Any]:
    """A `response.mouth` with these key frames."""
    return {
        "turn": turn,
        "id": part,
        "from": frames[0][0],
        "times": [time for time, _, _ in frames],
        "shapes": [SHAPES["ovr"].index(name) for _, name, _ in frames],
        "weights": [weight for _, _, weight in frames],
        **more,
    }


def shown(page: Page, messages: list[dict[str, Any]], *moments: int, part: int = 0) -> list[dict[str, float]]:
    """The shapes that are seen at these ms of the part."""
    seen: list[dict[str, float]] = page.evaluate(WEIGHTS, [messages, part, list(moments)])
    return seen


WORD = [keys((0, "sil", 0), (100, "PP", 0.9)), keys((200, "aa", 0.6), (300, "sil", 0), last=True)]


def test_at_its_key_frame_a_shape_has_its_weight(page: Page) -> None:
    assert shown(page, WORD, 100, 200, 300) == [{"PP": 0.9}, {"aa": 0.6}, {}]


def test_between_two_key_frames_one_fades_into_the_next(page: Page) -> None:
    quarter, middle = shown(page, WORD, 125, 150)
    passed = 3 * 0.25**2 - 2 * 0.25**3  # slowly at first
    assert quarter == {"PP": pytest.approx(0.9 * (1 - passed)), "aa": pytest.approx(0.6 * passed)}
    assert middle == {"PP": pytest.approx(0.45), "aa": pytest.approx(0.3)}


def test_before_the_first_and_after_the_last_key_frame_the_mouth_is_closed(page: Page) -> None:
    assert shown(page, WORD, 0, 5_000) == [{}, {}]


def test_a_cut_closes_the_mouth_of_every_part(page: Page) -> None:
    assert shown(page, [*WORD, keys((140, "sil", 0), last=True, cut=True)], 100, 200) == [{}, {}]


def test_another_turns_mouth_is_ignored(page: Page) -> None:
    assert shown(page, [*WORD, keys((90, "ou", 1), turn=3)], 100) == [{"PP": 0.9}]


def test_a_part_that_is_made_anew_forgets_what_was_said_of_it(page: Page) -> None:
    revised = keys((0, "sil", 0), (100, "FF", 0.8), (300, "sil", 0), revised=True)
    assert shown(page, [*WORD, revised], 100) == [{"FF": 0.8}]


def test_parts_have_mouths_of_their_own(page: Page) -> None:
    assert shown(page, [*WORD, keys((0, "sil", 0), (100, "oh", 0.7), part=1)], 100, part=1) == [{"oh": 0.7}]


def test_each_of_the_fifteen_shapes_has_a_mouth_of_its_own(page: Page) -> None:
    assert page.evaluate("async () => (await import('/page/mouth.js')).SHAPES") == list(SHAPES["ovr"])
    outlines: list[str] = page.evaluate(OUTLINES)
    alike = [(one, other) for one, other in itertools.combinations(range(15), 2) if outlines[one] == outlines[other]]
    assert not alike


def test_no_mood_opens_or_closes_the_mouth(page: Page) -> None:
    """Each mood smiles as it does, and the lips part in the middle as the speech has them."""
    smiles = (-1, -0.6, 0, 0.5, 1)
    for shape in range(15):
        drawn = [page.evaluate(SMILING, [shape, smile]) for smile in smiles]
        assert len({opening(path) for path in drawn}) == 1
        assert len(set(drawn)) == len(smiles)


def test_a_conversation_draws_lips_that_loudness_alone_never_has(visitor: Visitor) -> None:
    visitor.sees_state("handshaken")
    visitor.page.evaluate(LIPS)
    visitor.write("Tell me a story.")
    # By loudness alone half the width is from 16 to 27; rounded lips, as in "who", are narrower.
    for lips in ("round", "wide"):
        expect(visitor.page.locator("body")).to_have_attribute(f"data-{lips}", "seen")

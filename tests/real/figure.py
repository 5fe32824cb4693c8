"""A figure of a few triangles, as a GLB file: bones, blendshapes and VRM's description, for pages with avatars.

No package ships a model that may be used here; what matters of one is its names.
"""

import json
import struct
from typing import Any

from protocol.mouth import SHAPES

_SIDES = ("Left", "Right")
_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Pinky")
_RPM = {"E": "E", "ih": "I", "oh": "O", "ou": "U"}
VISEMES = tuple(f"viseme_{_RPM.get(shape, shape)}" for shape in SHAPES["ovr"])
VOWELS = SHAPES["vrm"][1:]
_MOODS = ("happy", "angry", "sad", "relaxed", "surprised")
_MORPHS = (*VISEMES, *SHAPES["arkit"], *VOWELS, *_MOODS)
_HUMAN = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "neck": "Neck", "head": "Head",
    **{f"{side.lower()}{bone}": f"{side}{name}" for side in _SIDES for bone, name in (
        ("UpperLeg", "UpLeg"), ("LowerLeg", "Leg"), ("Foot", "Foot"),
        ("UpperArm", "Arm"), ("LowerArm", "ForeArm"), ("Hand", "Hand"),
    )},
}  # fmt: skip


class _Node:
    """A node of the scene, with its children."""

    def __init__(self, name: str, y: float = 0.1, children: "tuple[_Node, ...]" = ()) -> None:
        self.name = name
        self.y = y
        self.children = children


def _chain(*names: str) -> _Node:
    node = _Node(names[-1])
    for name in reversed(names[:-1]):
        node = _Node(name, children=(node,))
    return node


def _skeleton() -> _Node:
    arms = tuple(_arm(side) for side in _SIDES)
    head = _Node("Head", children=(_Node("LeftEye"), _Node("RightEye"), _Node("HeadTop_End"), _Node("Face", 0)))
    spine = _Node(
        "Spine", children=(_Node("Spine1", children=(_Node("Spine2", children=(*arms, _Node("Neck", 0.2, (head,)))),)),)
    )
    legs = tuple(_chain(*(f"{side}{bone}" for bone in ("UpLeg", "Leg", "Foot", "ToeBase"))) for side in _SIDES)
    return _Node("Armature", 0, (_Node("Hips", 1.0, (spine, *legs)),))


def _arm(side: str) -> _Node:
    fingers = tuple(_chain(*(f"{side}Hand{finger}{joint}" for joint in (1, 2, 3, 4))) for finger in _FINGERS)
    hand = _Node(f"{side}Hand", children=fingers)
    return _Node(
        f"{side}Shoulder", children=(_Node(f"{side}Arm", children=(_Node(f"{side}ForeArm", children=(hand,)),)),)
    )


def _nodes(root: _Node, into: list[dict[str, Any]]) -> int:
    """Write the nodes below `root`, and it, and return its index."""
    children = [_nodes(child, into) for child in root.children]
    node: dict[str, Any] = {"name": root.name, "translation": [0, root.y, 0]}
    if children:
        node["children"] = children
    if root.name == "Face":
        node["mesh"] = 0
    into.append(node)
    return len(into) - 1


def glb() -> bytes:
    """The file; a VRM 1.0 as well."""
    nodes: list[dict[str, Any]] = []
    root = _nodes(_skeleton(), nodes)
    at = {node["name"]: index for index, node in enumerate(nodes)}
    corners = struct.pack("<9f", -0.1, -0.05, 0.1, 0.1, -0.05, 0.1, 0, 0.05, 0.1)
    moved = struct.pack("<9f", 0, -0.05, 0, 0, -0.05, 0, 0, 0, 0)
    indices = struct.pack("<3H", 0, 1, 2)
    data = corners + moved + indices + b"\0\0"
    document = {
        "asset": {"version": "2.0"},
        "extensionsUsed": ["VRMC_vrm"],
        "extensions": {
            "VRMC_vrm": {
                "specVersion": "1.0",
                "meta": {"name": "Figure", "authors": ["vivavoce"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
                "humanoid": {"humanBones": {bone: {"node": at[name]} for bone, name in _HUMAN.items()}},
                "expressions": {"preset": {name: _binds(name, at["Face"]) for name in (*VOWELS, *_MOODS)}},
            }
        },
        "scene": 0,
        "scenes": [{"nodes": [root]}],
        "nodes": nodes,
        "meshes": [
            {
                "primitives": [
                    {"attributes": {"POSITION": 0}, "indices": 2, "targets": [{"POSITION": 1} for _ in _MORPHS]}
                ],
                "weights": [0.0] * len(_MORPHS),
                "extras": {"targetNames": list(_MORPHS)},
            }
        ],
        "buffers": [{"byteLength": len(data)}],
        "bufferViews": [
            {"buffer": 0, "byteOffset": offset, "byteLength": size} for offset, size in ((0, 36), (36, 36), (72, 6))
        ],
        "accessors": [
            _accessor(0, corners),
            _accessor(1, moved),
            {"bufferView": 2, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _binds(morph: str, node: int) -> dict[str, Any]:
    """VRM's description of an expression that is one blendshape."""
    return {"morphTargetBinds": [{"node": node, "index": _MORPHS.index(morph), "weight": 1.0}]}


def _accessor(view: int, points: bytes) -> dict[str, Any]:
    """Three points, with the bounds that the format asks for."""
    values = struct.unpack("<9f", points)
    rows = [values[start : start + 3] for start in (0, 3, 6)]
    return {
        "bufferView": view,
        "componentType": 5126,
        "count": 3,
        "type": "VEC3",
        "min": [min(row[axis] for row in rows) for axis in range(3)],
        "max": [max(row[axis] for row in rows) for axis in range(3)],
    }

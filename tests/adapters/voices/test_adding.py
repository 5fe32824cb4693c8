"""Adding the voices of Kokoro: out of an archive or a folder, and what is refused."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.voices.adding import AddedVoices, VoicesNotAdded, add_voices
from adapters.voices.kokoro import VOICE_BYTES

VOICE = bytes(VOICE_BYTES)


def archive(file: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(file, "w:gz") as made:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("package/voices/am_link.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return file


def test_the_english_voices_of_an_archive_are_added(tmp_path: Path) -> None:
    members = {
        "package/voices/af_heart.bin": VOICE,
        "package/voices/bm_george.bin": VOICE,
        "package/voices/zf_xiaobei.bin": VOICE,
        "package/voices/af_short.bin": b"short",
        "package/README.md": b"words",
        "../../af_evil.bin": VOICE,
        "/tmp/af_Evil.bin": VOICE,
    }
    added = add_voices(archive(tmp_path / "kokoro-js.tgz", members), tmp_path / "voices")
    assert added == AddedVoices(("af_evil", "af_heart", "bm_george"), 2)
    assert sorted(path.name for path in (tmp_path / "voices").iterdir()) == [
        "af_evil.bin",
        "af_heart.bin",
        "bm_george.bin",
    ]
    assert (tmp_path / "voices" / "af_heart.bin").read_bytes() == VOICE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kokoro-js.tgz", "voices"]


@pytest.mark.parametrize("place", [".", "voices", "package/voices"])
def test_the_voices_of_a_folder_are_added(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / "am_michael.bin").write_bytes(VOICE)
    (tmp_path / place / "af_other.bin").write_bytes(b"short")
    assert add_voices(tmp_path, tmp_path / "to") == AddedVoices(("am_michael",), 0)


def test_a_single_voice_is_added(tmp_path: Path) -> None:
    (tmp_path / "am_michael.bin").write_bytes(VOICE)
    assert add_voices(tmp_path / "am_michael.bin", tmp_path / "to").names == ("am_michael",)


def test_what_has_no_voice_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(VoicesNotAdded, match="has no English voice of Kokoro"):
        add_voices(tmp_path, tmp_path / "to")
    (tmp_path / "x.tgz").write_bytes(b"no archive")
    with pytest.raises(VoicesNotAdded, match="voices cannot be copied from it"):
        add_voices(tmp_path / "x.tgz", tmp_path / "to")
    whole = archive(tmp_path / "y.tgz", {"af_heart.bin": VOICE}).read_bytes()
    (tmp_path / "y.tgz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VoicesNotAdded, match="voices cannot be copied from it"):
        add_voices(tmp_path / "y.tgz", tmp_path / "to")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "am_michael.bin").write_bytes(VOICE)
    with pytest.raises(VoicesNotAdded, match="voices cannot be copied from it"):
        add_voices(tmp_path / "am_michael.bin", tmp_path / "file")

"""File names for sounds in a request: name and type by the format, because providers go by the name's ending."""

FILES = {
    "mp3": ("speech.mp3", "audio/mpeg"),
    "wav": ("speech.wav", "audio/wav"),
    "flac": ("speech.flac", "audio/flac"),
    "ogg": ("speech.ogg", "audio/ogg"),
    "opus": ("speech.ogg", "audio/ogg"),
    "webm": ("speech.webm", "audio/webm"),
    "m4a": ("speech.m4a", "audio/mp4"),
    "aac": ("speech.aac", "audio/aac"),
}

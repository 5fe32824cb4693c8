"""The codec: sound from one format to another, whole files and sounds that are still coming."""

"""The outside world: sockets, engines, codecs, settings and the command line."""

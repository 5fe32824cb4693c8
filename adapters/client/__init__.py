"""The other end of the wire: a client of the server, and `vivavoce talk`."""

"""The server's own sockets: the port, HTTP/1.1, polling, WebSocket, TLS."""

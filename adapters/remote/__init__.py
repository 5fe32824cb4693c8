"""How a provider is reached: HTTP, server-sent events, WebSocket, Wyoming."""

"""What the server shows in a browser: the talk page, the API's documentation, the inspection page."""

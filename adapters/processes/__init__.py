"""Worker processes: how the server starts them, feeds them, stops them and replaces them."""

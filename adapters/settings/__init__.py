"""The operator's settings: what there is, and how it is read."""

"""Language models, one file for each provider."""

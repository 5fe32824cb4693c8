"""Anthropic: Claude, a language model."""

from adapters.reach.declaration import API_KEY, BASE_URL, LLM_MODEL, Declaration, Service

ANTHROPIC = Declaration(
    name="anthropic",
    title="Anthropic",
    says="Claude, by the messages API.",
    settings=(API_KEY.needed("ANTHROPIC_API_KEY"), BASE_URL, LLM_MODEL),
    url="https://api.anthropic.com/v1",
    llm=Service("adapters.vendors.anthropic.llm.AnthropicChat", "claude-haiku-4-5"),
)

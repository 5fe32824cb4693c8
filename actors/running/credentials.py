"""The server's credential: whether what somebody shows is it, and what is said where it is not."""

import hmac


def matches(given: str, token: str) -> bool:
    """Whether `given` is the `token`; the time that it takes does not tell how much of it is right."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), token.encode(errors="surrogatepass"))


def refusal(given: str, how: str) -> str:
    """What to say to who has shown `given` in the place of the token; `how` it can be shown."""
    if given:
        return "the token that came is not this server's; its operator knows the right one"
    return f"this server asks for a token, and none came: {how}"

"""The errors that end the program with one line of words instead of a stack trace."""


class StartupFailed(Exception):
    """The server cannot start; the message is one line that says why and what to do."""


class BadSettings(Exception):
    """A setting cannot be used; the message says where it stands, what came and what is allowed, without secrets."""


def first_of(error: BaseException) -> BaseException:
    """The first cause in a group of errors, or the error itself where it is no group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

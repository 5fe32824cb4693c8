"""Which settings differ, by the names that people know them by."""

from actors.deciding.limits import Limits
from adapters.lifecycle.reloading import differences
from adapters.settings.access import JwtSettings
from adapters.settings.settings import ListenerSettings, Server, Settings


def test_settings_that_differ_have_the_names_of_the_file() -> None:
    old = Settings()
    new = Settings(
        server=Server(port=9, listener=ListenerSettings(path="/voice/"), jwt=JwtSettings(issuer="me")),
        limits=Limits(grace=1.0),
    )
    assert sorted(differences(old, new)) == ["limits.grace", "server.jwt.issuer", "server.path", "server.port"]
    assert list(differences(new, new)) == []

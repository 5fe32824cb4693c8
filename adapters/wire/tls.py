"""TLS for the listener: a certificate and key from files, checked before the server starts."""

import ssl

from adapters.settings.errors import StartupFailed


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """A context for https and wss, HTTP/1.1 only. Raises StartupFailed that names the setting at fault."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key or None)
    except ssl.SSLError as error:
        where = f"tls_certificate {certificate!r}" + (f" and tls_key {key!r}" if key else "")
        why = error.reason or str(error)
        raise StartupFailed(f"[server] {where}: not a certificate with its key in PEM ({why})") from None
    except OSError as error:
        raise StartupFailed(
            f"[server] tls_certificate or tls_key: {error.filename or certificate}: {error.strerror}"
        ) from None
    return context

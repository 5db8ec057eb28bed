"""One HTTP request, without redirects, proxies or cookies."""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping

from hisops.core.errors import Exit, OpsError
from hisops.core.io import Reply


def fetch(method: str, url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
    """See core.io.Io.http."""
    try:
        request = urllib.request.Request(  # noqa: S310 - _opener knows http and https only
            url, data=body or None, headers=dict(headers), method=method
        )
        with _opener().open(request, timeout=timeout) as answer:
            return _reply(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error.code, dict(error.headers), error.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = getattr(error, "reason", error)
        place = url.split("?", 1)[0]
        raise OpsError(f"{place}: no answer: {cause}", code=Exit.UNREACHABLE) from None


def _opener() -> urllib.request.OpenerDirector:
    director = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        director.add_handler(handler)
    return director


def _reply(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    return Reply(status, {key.lower(): value for key, value in headers.items()}, body)

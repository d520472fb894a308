"""All that differs between the two client libraries, behind one call.

The adapter needs requests and parsed answers, not the libraries' hundreds of methods:
both have a `perform_request` with connection pools, TLS, sign-in and the choice of a
node that answers. Sniffing stays off, since the nodes' own addresses are often not
those that an office reaches them by.
"""

import logging
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog

from domain.errors import (
    ConfigurationError,
    MinhTinError,
    NotLetInError,
    RetryLaterError,
)
from searchindex.adapters.elastic_errors import refusal
from searchindex.adapters.elastic_options import ElasticOptions

JSON = "application/json"
LINES = "application/x-ndjson"
Params = Mapping[str, str]

# Both libraries warn at each try on each node, in a form of their own.
for _name in ("elastic_transport", "elasticsearch", "opensearch"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
Reply = Mapping[str, Any]


class Client(Protocol):
    """Sends requests to whichever node answers."""

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Params | None = None,
    ) -> Reply:
        """Return the parsed answer; `bytes` as a body are lines of JSON.

        Raises `Refused` where the engine answers with an error, `RetryLaterError`
        where it does not answer, and `NotLetInError` where it is another one than set.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def connect(options: ElasticOptions) -> Client:
    """Return a client; nothing is sent yet."""
    if options.ca_file and not Path(options.ca_file).is_file():
        raise ConfigurationError(
            f"There is no file {options.ca_file} to check the search engine by.",
            hint="Set search_ca_file to the authority's certificate (PEM).",
        )
    if options.engine == "opensearch":
        return OpenSearchClient(options)
    return ElasticsearchClient(options)


_CERTIFICATE = (
    "Set search_ca_file to the authority's certificate (PEM), and search_url to a name "
    "that the server's certificate holds."
)
_REFUSED = {
    "certificate_verify_failed": _CERTIFICATE,
    "doesn't match": _CERTIFICATE,
    "no_certificate_or_crl_found": _CERTIFICATE,
    "wrong_version_number": "Does the server speak HTTPS, as search_url says?",
}
"""Words of what no waiting mends, and the remedy."""


class Outage:
    """Logs the beginning and the end of an outage, and no try in between."""

    def __init__(self) -> None:
        self._on = False

    def out_of_reach(self, error: Exception) -> MinhTinError:
        """Return the error to raise when no node answered, or one is not trusted."""
        text = f"{error} {getattr(error, 'message', '')}".strip()
        words = text.casefold()
        hint = next((hint for word, hint in _REFUSED.items() if word in words), "")
        if hint:
            said = f"The search engine is not trusted: {text}."
            return NotLetInError(said, hint=hint)
        if not self._on:
            self._on = True
            structlog.get_logger().warning("search_engine_out_of_reach", why=text)
        return RetryLaterError(f"The search engine is out of reach: {text}.")

    def answered(self) -> None:
        """Note that a node answered."""
        if self._on:
            self._on = False
            structlog.get_logger().warning("search_engine_answers_again")


class ElasticsearchClient:
    """elasticsearch-py; checks by itself that the server is Elasticsearch."""

    def __init__(self, options: ElasticOptions) -> None:
        try:
            import elasticsearch  # noqa: PLC0415 - an extra, needed for this engine only
        except ModuleNotFoundError as error:
            raise _missing("elasticsearch") from error
        self._errors = elasticsearch
        self._outage = Outage()
        trusted: dict[str, Any] = (
            {"ca_certs": options.ca_file} if options.ca_file else {}
        )
        self._client = elasticsearch.Elasticsearch(
            hosts=list(options.urls),
            request_timeout=options.timeout_seconds,
            max_retries=len(options.urls) - 1,
            retry_on_status=(),
            headers=_signing_in(options),
            **trusted,
        )

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Params | None = None,
    ) -> Reply:
        content, headers = _encoded(body)
        try:
            answer = self._client.perform_request(
                method, path, params=params, headers=headers, body=content
            )
        except self._errors.UnsupportedProductError as error:
            raise NotLetInError(
                "The server at search_url is not Elasticsearch.",
                hint="Set search_engine to opensearch if it is OpenSearch.",
            ) from error
        except self._errors.ApiError as error:
            self._outage.answered()
            raise refusal(error.meta.status, error.body) from error
        except self._errors.TransportError as error:
            raise self._outage.out_of_reach(error) from error
        self._outage.answered()
        reply: Reply = answer.body
        return reply

    def close(self) -> None:
        self._client.close()


class OpenSearchClient:
    """opensearch-py; `OpenSearchConnection` checks that it is no Elasticsearch."""

    def __init__(self, options: ElasticOptions) -> None:
        try:
            import opensearchpy  # noqa: PLC0415 - an extra, needed for this engine only

            from searchindex.adapters.opensearch_connection import (  # noqa: PLC0415 - needs the extra
                OpenSearchConnection,
            )
        except ModuleNotFoundError as error:
            raise _missing("opensearch-py") from error
        self._errors = opensearchpy.exceptions
        self._outage = Outage()
        self._closed = False
        trusted: dict[str, Any] = (
            {"ca_certs": options.ca_file} if options.ca_file else {}
        )
        self._client = opensearchpy.OpenSearch(
            hosts=list(options.urls),
            connection_class=OpenSearchConnection,
            timeout=options.timeout_seconds,
            max_retries=len(options.urls) - 1,
            retry_on_status=(),
            headers=_signing_in(options),
            **trusted,
        )

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Params | None = None,
    ) -> Reply:
        if self._closed:  # the library would open its connections again
            raise RetryLaterError("The search index was closed.")
        content, headers = _encoded(body)
        try:
            reply: Reply = self._client.transport.perform_request(
                method, path, params=params, headers=headers, body=content
            )
        except self._errors.ConnectionError as error:
            raise self._outage.out_of_reach(error) from error
        except self._errors.TransportError as error:
            self._outage.answered()
            raise refusal(int(error.status_code), error.info) from error
        except self._errors.SerializationError as error:
            raise self._outage.out_of_reach(error) from error
        self._outage.answered()
        return reply

    def close(self) -> None:
        self._closed = True
        self._client.close()


def _encoded(body: object) -> tuple[bytes | None, dict[str, str]]:
    headers = {"accept": JSON}
    if body is None:
        return None, headers
    if isinstance(body, bytes):
        return body, headers | {"content-type": LINES}
    return msgspec.json.encode(body), headers | {"content-type": JSON}


def _signing_in(options: ElasticOptions) -> dict[str, str]:
    """Return the header to sign in with; the libraries' own know no UTF-8."""
    if options.username:
        pair = f"{options.username}:{options.password}"
        return {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    if not options.api_key:
        return {}
    # People paste both what the server calls `encoded` and `id:api_key`.
    key = options.api_key
    key = b64encode(key.encode()).decode() if ":" in key else key
    return {"authorization": f"ApiKey {key}"}


def _missing(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"The package {name} is not installed.",
        hint="Run pip install 'minhtin[elastic]'.",
    )

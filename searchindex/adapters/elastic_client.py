"""All that differs between the two client libraries, behind one call.

The adapter needs requests and parsed answers, not the libraries' hundreds of methods:
both have a `perform_request` with connection pools, TLS, sign-in and the choice of a
node that answers. Sniffing stays off, since the nodes' own addresses are often not
those that an office reaches them by.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from domain.errors import ConfigurationError, RetryLaterError
from searchindex.adapters.elastic_errors import refusal
from searchindex.adapters.elastic_options import ElasticOptions

JSON = "application/json"
LINES = "application/x-ndjson"
Params = Mapping[str, str]
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

        Raises `Refused` where the engine answers with an error, and `RetryLaterError`
        where it does not answer.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def connect(options: ElasticOptions) -> Client:
    """Return a client; nothing is sent yet."""
    if options.engine == "opensearch":
        return OpenSearchClient(options)
    return ElasticsearchClient(options)


class ElasticsearchClient:
    """elasticsearch-py; checks by itself that the server is Elasticsearch."""

    def __init__(self, options: ElasticOptions) -> None:
        try:
            import elasticsearch  # noqa: PLC0415 - an extra, needed for this engine only
        except ModuleNotFoundError as error:
            raise _missing("elasticsearch") from error
        self._errors = elasticsearch
        given: dict[str, Any] = {}
        if options.username:
            given["basic_auth"] = options.username, options.password
        if options.api_key:
            given["api_key"] = options.api_key
        if options.ca_file:
            given["ca_certs"] = options.ca_file
        self._client = elasticsearch.Elasticsearch(
            hosts=list(options.urls),
            request_timeout=options.timeout_seconds,
            max_retries=len(options.urls) - 1,
            retry_on_status=(),
            **given,
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
            raise ConfigurationError(
                "The server at search_url is not Elasticsearch.",
                hint="Set search_engine to opensearch if it is OpenSearch.",
            ) from error
        except self._errors.ApiError as error:
            raise refusal(error.meta.status, error.body) from error
        except self._errors.TransportError as error:
            raise _out_of_reach(error) from error
        reply: Reply = answer.body
        return reply

    def close(self) -> None:
        self._client.close()


class OpenSearchClient:
    """opensearch-py."""

    def __init__(self, options: ElasticOptions) -> None:
        try:
            import opensearchpy  # noqa: PLC0415 - an extra, needed for this engine only
        except ModuleNotFoundError as error:
            raise _missing("opensearch-py") from error
        self._errors = opensearchpy.exceptions
        self._closed = False
        given: dict[str, Any] = {}
        if options.username:
            given["http_auth"] = options.username, options.password
        if options.api_key:
            given["headers"] = {"authorization": f"ApiKey {options.api_key}"}
        if options.ca_file:
            given["ca_certs"] = options.ca_file
        self._client = opensearchpy.OpenSearch(
            hosts=list(options.urls),
            timeout=options.timeout_seconds,
            max_retries=len(options.urls) - 1,
            retry_on_status=(),
            **given,
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
            raise _out_of_reach(error) from error
        except self._errors.TransportError as error:
            raise refusal(int(error.status_code), error.info) from error
        except self._errors.SerializationError as error:
            raise _out_of_reach(error) from error
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


def _out_of_reach(error: Exception) -> RetryLaterError:
    return RetryLaterError(f"The search engine is out of reach: {error}")


def _missing(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"The package {name} is not installed.",
        hint="Run pip install 'minhtin[elastic]'.",
    )

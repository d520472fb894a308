"""Search engines of one node on loopback, without plug-ins."""

from pathlib import Path

import httpx

from support_engines.maven import MAIN, libraries
from support_engines.node import Node, free_port


class SearchNode(Node):
    """What both engines share; `url` is where it answers."""

    def __init__(
        self, folder: Path, port: int | None = None, *, private: bool = True
    ) -> None:
        super().__init__(folder, private=private)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._transport = free_port()
        self._jars = libraries(self.name)
        (folder / "config").mkdir(exist_ok=True)

    def command(self) -> list[str]:
        return [
            "java", "-Xms512m", "-Xmx1g", "-cp", f"{self._jars}/*:{self._jars}",
            MAIN[self.name], str(self.folder), str(self.port), str(self._transport),
        ]  # fmt: skip

    def answers(self) -> bool:
        try:
            answer = httpx.get(
                f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=2s",
                timeout=5,
            )
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK


class ElasticNode(SearchNode):
    """Elasticsearch without x-pack."""

    name = "elasticsearch"
    version = "7.17.29"


class OpenSearchNode(SearchNode):
    """OpenSearch."""

    name = "opensearch"
    version = "2.19.1"

"""What a cluster has installed changes no hit: nothing of it is asked for."""

import pytest

from searchindex.adapters.elastic_client import connect
from support_search import installation, open_index


@pytest.mark.parametrize("engine", ["elasticsearch", "opensearch"])
def test_no_analysis_is_left_to_the_server(request, engine):
    """Plug-ins such as ICU add analysers; they touch only fields that name one.

    Every field of text names `whitespace`, which the engines themselves have, and none
    has another for searching, so that a cluster with them answers like one without.
    """
    url = request.getfixturevalue(f"{engine}_url")
    with installation(url, engine) as options:
        index = open_index(options)
        client = connect(options)
        (held,) = client.send("GET", f"/{index.live_version()}").values()
        assert "analysis" not in held["settings"]["index"]
        fields = held["mappings"]["properties"]
        texts = {n: f for n, f in fields.items() if f.get("type") == "text"}
        assert set(texts) == {"title", "text", "exact_title", "exact_text"}
        for made in texts.values():
            assert made["analyzer"] == "whitespace"
            assert not {"search_analyzer", "search_quote_analyzer"} & made.keys()
        for name in ("key", "value"):
            for field in fields[name]["properties"].values():
                assert "normalizer" not in field
        text = "Đường hoà bình, HÒA NHẠC"
        body = {"analyzer": "whitespace", "text": text}
        tokens = client.send("POST", "/_analyze", body)["tokens"]
        assert [token["token"] for token in tokens] == text.split()
        client.close()
        index.close()

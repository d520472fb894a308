"""As much of a search engine as writing needs, in memory, with faults on demand.

For `make test`, which runs without engines; what a real server answers is tested in
`tests/engines`.
"""

import json
from collections import deque

from searchindex.adapters.elastic_errors import Refused
from searchindex.adapters.elastic_schema import LATER
from searchindex.document import VERSION


class FakeEngine:
    """Implements `elastic_client.Client`.

    `faults` holds, for each coming bulk request, what to do: a function of the
    request's items that returns the number of items to carry out and the answer, or
    raises. `bulks` holds the number of items of each bulk request.
    """

    def __init__(self):
        self.indices = {}
        self.aliases = {}
        self.faults = deque()
        self.bulks = []
        self.refreshed = []

    def send(self, method, path, body=None, params=None):
        parts = path.strip("/").split("/")
        if method == "PUT":
            return self._create(parts[0], body)
        if method == "DELETE":
            return self._delete(parts[0])
        if path == "/_aliases":
            return self._swap(body["actions"])
        return getattr(self, parts[-1])(parts[0], body)

    def close(self):
        pass

    def docs(self, name):
        return self.indices[self._physical(name)]

    def _create(self, name, body):
        if name in self.indices:
            raise Refused(400, "resource_already_exists_exception", name)
        self.indices[name] = {}
        self.aliases[name] = set(body["aliases"])
        return {}

    def _delete(self, name):
        if name not in self.indices:
            raise Refused(404, "index_not_found_exception", name)
        del self.indices[name], self.aliases[name]
        return {}

    def _swap(self, actions):
        for action in actions:
            ((verb, what),) = action.items()
            held = self.aliases[what["index"]]
            (held.add if verb == "add" else held.remove)(what["alias"])
        return {}

    def _alias(self, name, body):
        return {
            physical: {"aliases": {alias: {} for alias in found}}
            for physical, found in self.aliases.items()
        }

    def _mapping(self, name, body):
        notes = {"_meta": {"mapping_version": VERSION}, "properties": LATER}
        return {self._physical(name): {"mappings": notes}}

    def _refresh(self, name, body):
        self.refreshed.append(name)
        return {}

    def _mget(self, name, body):
        docs = self.docs(name)
        return {"docs": [self._got(key, docs.get(key)) for key in body["ids"]]}

    def _got(self, key, held):
        if held is None:
            return {"_id": key, "found": False}
        number, source = held
        place = {"_seq_no": number, "_primary_term": 1}
        return {"_id": key, "found": True, "_source": source, **place}

    def _bulk(self, name, body):
        lines = [json.loads(line) for line in body.splitlines()]
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        self.bulks.append(len(pairs))
        fault = self.faults.popleft() if self.faults else None
        if fault is not None:
            return fault(self, name, pairs)
        return {"items": [self.put(name, *pair) for pair in pairs]}

    def put(self, name, action, source):
        ((verb, about),) = action.items()
        docs = self.docs(name)
        held = docs.get(about["_id"])
        wanted = about.get("if_seq_no")
        if (held[0] if held else None) != wanted:
            return refused(action, 409, "version_conflict_engine_exception")
        docs[about["_id"]] = (1 if held is None else held[0] + 1, source)
        return {verb: {"status": 200}}

    def _physical(self, name):
        for physical, found in self.aliases.items():
            if name in found:
                return physical
        raise Refused(404, "index_not_found_exception", name)


def refused(action, status, kind):
    ((verb, about),) = action.items()
    error = {"type": kind, "reason": f"{about['_id']} refused"}
    return {verb: {"status": status, "error": error}}

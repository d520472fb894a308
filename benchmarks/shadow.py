"""What a candidate beside the live model costs, in processor time a text.

`python -m benchmarks.shadow [MODEL_FOLDER]`: judges the frozen test part as the worker
hands it in (normalised already), alone and with a second model beside it.
"""

import sys
from pathlib import Path
from time import process_time

from classifier.artefact import load
from classifier.corpus_check import CORPUS
from classifier.linear import _seen
from classifier.port import Subject
from classifier.rows import Row, read_rows
from domain.labels import PostKind
from nlp.normalise import normalise
from wiring import bootstrap
from wiring.settings import load_settings

BATCH = 64
ROUNDS = 5


def subject(row: Row) -> Subject:
    text = row.whole_text
    social = row.kind is not PostKind.ARTICLE
    return Subject(
        text=text, kind=row.kind, normalised=normalise(text, social=social).text
    )


def main(arguments: list[str]) -> None:
    folder = (
        Path(arguments[0]) if arguments else (bootstrap.models_folder(load_settings()))
    )
    live, candidate = load(folder), load(folder)
    subjects = [subject(row) for row in read_rows(CORPUS / "test")]
    best = {"alone": float("inf"), "beside": float("inf")}
    for _ in range(ROUNDS):
        spent = dict.fromkeys(best, 0.0)
        for start in range(0, len(subjects), BATCH):
            _seen.cache_clear()
            batch = subjects[start : start + BATCH]
            began = process_time()
            live.judge(batch)
            middle = process_time()
            candidate.judge(batch, explain=False)
            spent["alone"] += middle - began
            spent["beside"] += process_time() - middle
        best = {name: min(best[name], spent[name]) for name in best}
    for name, seconds in best.items():
        print(f"{name:7} {1e6 * seconds / len(subjects):7.0f} µs a text")


if __name__ == "__main__":
    main(sys.argv[1:])

import random

from benchmarks.near_copies import WAYS, Clusters, Text, found_by_way, made, pairwise
from nlp.fingerprint import fingerprint

STORY = " ".join(f"Câu {n} kể việc số {n * 7} ở bản {n * 3}." for n in range(60))
OTHER = " ".join(f"Dòng {n} nói chuyện {n * 11} của chợ {n * 5}." for n in range(60))


def test_copies_of_each_way_join_their_article_and_no_other() -> None:
    rows = made([STORY, OTHER], random.Random(1))
    assert {row.way for row in rows} == {"as it is", *(way.__name__ for way in WAYS)}
    clusters = Clusters()
    for row in rows:
        clusters.add(fingerprint(row.words))
    assert pairwise(rows, clusters.story)["precision"] == 1.0
    assert found_by_way(rows, clusters.story)["syndicated"] == 1.0


def test_pairs_are_counted_over_all_texts() -> None:
    rows = [Text("", article, "as it is") for article in (0, 0, 0, 1)]
    assert pairwise(rows, [7, 7, 8, 8]) == {
        "precision": 0.5,
        "recall": 0.3333,
        "f1": 0.4,
    }

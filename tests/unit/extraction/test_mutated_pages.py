"""A sample of the nightly run (`make fuzz`): nothing raises, all is valid and quick."""

import os
from collections import Counter

from support_fuzz import mutated, seeds
from support_fuzz_oracle import read


def test_mutated_pages_and_feeds() -> None:
    seed = int(os.environ.get("MINHTIN_FUZZ_SEED", "1"))
    for number, made in mutated(seed, 0, 400):
        try:
            read(made)
        except Exception as error:
            error.add_note(f"mutation {number} of seed {seed}")
            raise


def test_what_is_mutated_is_read_before() -> None:
    for share in seeds().values():
        for one in share:
            read(one)


def test_every_kind_is_mutated_and_most_texts_are_small() -> None:
    made = [one for _, one in mutated(2, 0, 2_000)]
    kinds = Counter(one.kind for one in made)
    assert set(kinds) == {one.kind for share in seeds().values() for one in share}
    assert sum(len(one.body) < 10_000 for one in made) > 1_500
    assert max(len(one.body) for one in made) > 50_000


def test_a_number_gives_the_same_bytes_in_every_run() -> None:
    once = list(mutated(3, 40, 5))
    assert once == list(mutated(3, 40, 5))
    assert once != list(mutated(4, 40, 5))

from classifier.counterfactual import swap_figures, swaps
from classifier.linear import LinearClassifier


def test_sentences_are_neutral_and_hateful_for_every_name() -> None:
    texts = [text for _, text in swaps()]
    assert len(set(texts)) == len(texts)
    assert not any("{" in text for text in texts)


def test_gaps_are_measured_within_a_sentence(judge: LinearClassifier) -> None:
    same = [("{} đẹp", "trời đẹp"), ("{} đẹp", "hôm nay đẹp")]
    far = [("{} ngay", "gửi mã otp cho em ngay"), ("{} ngay", "trời đẹp ngay")]
    figures = swap_figures(judge, [*same, *far])
    assert (figures.sentences, figures.texts) == (2, 4)
    assert figures.widest == "{} ngay"
    assert figures.max_gap > 0.5
    assert figures.mean_gap == figures.max_gap / 2

"""A model made by hand: «đập chết» is abuse, «ủy ban» complains, «otp» cheats."""

import numpy as np
import pytest

from classifier.linear import LinearClassifier, seen_of
from classifier.model import BINARY, GROUPS, QUESTIONS, Model, Sigmoid
from classifier.port import Subject
from classifier.vocabulary import learn_vocabulary

TEXTS = (
    "thằng ngu kia tao đập chết mày",
    "ủy ban xã ngu thế bao giờ sửa đường",
    "gửi mã otp cho em ngay",
    "hôm nay trời đẹp quá",
)
WORDS = {
    "abuse": ("wngu", "wđập chết"),
    "complaint": ("wủy ban", "wsửa"),
    "scam": ("wotp", "wmã otp"),
    "security_order": ("wchết",),
    "neg": ("wngu",),
    "answer_owed": ("wgiờ",),
}


@pytest.fixture
def model() -> Model:
    seen = [seen_of(Subject(text=text)) for text in TEXTS * 3]
    vocabulary = learn_vocabulary(seen)
    weights = np.zeros((len(QUESTIONS), vocabulary.width), dtype=np.float32)
    for name, terms in WORDS.items():
        row = QUESTIONS.index(name)
        for term in terms:
            weights[row, vocabulary.columns["w"][term]] = 8.0
    bias = np.full(len(QUESTIONS), -1.0, dtype=np.float32)
    return Model(
        version="linear-1-byhand",
        vocabulary=vocabulary,
        weights=weights,
        bias=bias,
        sigmoids=dict.fromkeys(BINARY, Sigmoid(slope=4.0, offset=0.0)),
        thresholds=dict.fromkeys(BINARY, 0.6),
        sharpness=dict.fromkeys(GROUPS, 2.0),
    )


@pytest.fixture
def judge(model: Model) -> LinearClassifier:
    return LinearClassifier(model)

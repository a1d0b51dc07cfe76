"""The answerer's weights, fitted to questions with and without an answer; see docs for the curve.

Fitted to the XQuAD development questions, the same with their document taken out of the index or one of
their words exchanged, and the sample help desk's questions. A small linear model on purpose: its features
mean the same in other documents.
"""

from __future__ import annotations

import numpy as np

THRESHOLD = 0.27
SUPPORT = (
    "cosine",
    "passage_cosine",
    "in_sentence",
    "in_context",
    "in_passage",
    "worst_missing",
    "missing_number",
    "type_given",
    "type_lacking",
    "strictly_lacking",
    "missing_year",
    "missing_unseen",
)

# which sentence: a linear score, in the order of support.FEATURES
RANK = np.array([
    2.5313,  # cosine
    4.7075,  # passage_cosine
    1.8020,  # in_sentence
    3.3929,  # in_context
    2.0652,  # in_passage
    -1.9821,  # worst_missing
    -0.7256,  # missing_number
    0.6939,  # type_given
    -1.5576,  # type_lacking
    7.0047,  # score_gap
    2.3880,  # sentence_gap
    -1.1515,  # brevity
    -0.3103,  # asks
    0.1195,  # strictly_lacking
    0.5744,  # missing_year
    -1.5007,  # missing_unseen
])  # fmt: skip

# whether it answers: logistic, in the order of answer.summarise, the intercept last
CONFIDENCE = np.array([
    6.0597,  # cosine
    0.8494,  # passage_cosine
    -0.5058,  # in_sentence
    3.5376,  # in_context
    0.0254,  # in_passage
    -1.3175,  # worst_missing
    1.4551,  # missing_number
    -0.2176,  # type_given
    -0.2722,  # type_lacking
    -6.6404,  # strictly_lacking
    -1.2548,  # missing_year
    2.4622,  # missing_unseen
    -1.8061,  # cos_ctx
    -1.0903,  # cos_missing
    -1.7180,  # lacking_ctx
    2.6847,  # share
    0.0857,  # lead
    -0.8266,  # maxcos
    0.7877,  # maxctx
    -7.0122,  # intercept
])  # fmt: skip

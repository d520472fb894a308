"""The learning loop: reviews become training data, a candidate is built and compared.

`reviewed` joins what people decided with the text they decided on, `answers` says which
labels a verdict speaks about, `candidate` trains and compares, `registry` keeps the
versions and says which is live, `shadow` counts what a candidate would have changed.
"""

"""Says what a text may be: harm, complaint, checkable claim, topic, stance.

`port.py` is what the pipeline sees; behind it are calibrated linear models that
`minhtin train` makes from `corpus/` and the profile's examples, kept as arrays and
JSON with a checksum and a model card. No model ever says «false».
"""

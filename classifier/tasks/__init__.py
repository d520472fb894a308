"""Models of any single-label task on an office's own labelled file.

`table` reads the file, `grams` and `blocks` turn texts into rows of numbers, `training`
fits and chooses, `model` judges and explains, `folder` keeps it, `measuring` and
`report` say how good it is. The office's own questions (harm, complaint, topic) are
trained by `classifier.training` from the written corpus and share nothing with a task
but the normaliser.
"""

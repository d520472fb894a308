"""Pure Vietnamese text processing: normalisation, segmentation, places, fingerprints.

No I/O apart from the models that packages bring along; everything is a function of
its arguments and of the profile's data handed in.
"""

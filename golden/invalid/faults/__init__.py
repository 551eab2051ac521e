"""The broken files, one function each, by what is broken. Importing this package registers them all, in this order."""

from invalid.faults import files, operators, training, weights, tensors, graphs, bombs, shapes, resizing  # noqa: F401, I001

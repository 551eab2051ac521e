"""The broken files, one function each, by what is broken. Importing this package registers them all, in this order."""

from invalid.faults import (  # noqa: F401, I001
    files, operators, training, weights, tensors, graphs, bombs, shapes, resizing, elements, several, hdf5, archives,
    keras,
)

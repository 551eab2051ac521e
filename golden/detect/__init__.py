"""The proof of `ferry detect`: the same pipelines in Python, on small videos made on the spot. scripts/parity detect."""

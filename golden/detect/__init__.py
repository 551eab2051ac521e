"""The proof of `ferry detect`: the same pipeline in Python, on small videos. scripts/parity detect."""

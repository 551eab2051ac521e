"""The export matrix: full-size networks through the whole line. scripts/parity runs it."""

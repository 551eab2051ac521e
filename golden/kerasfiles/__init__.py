"""Networks in every file form that Keras has had: small ones for the repository, full-size ones for scripts/parity."""

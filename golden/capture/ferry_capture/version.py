"""The version of ferry-capture, in one place."""

VERSION = "0.1.0"

"""Where an installation is, and how it is talked to."""

TARGET = "PDP_TARGET"
"""Names the file of a target."""

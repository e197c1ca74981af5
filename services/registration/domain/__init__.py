"""The rules of taking part. Standard library only."""

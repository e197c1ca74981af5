"""What is tried on one platform that all these files share: a package, so that pytest ends it after the last of them,
and kept in one process of a run (`tests/conftest.py`). Each test brings firms of its own and leaves no dead letter.
"""

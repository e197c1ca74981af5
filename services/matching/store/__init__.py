"""The store: the only SQL of the service.

Pairs of an offering are written under its row's lock. Whoever judges offerings holds their areas' locks shared until it
commits (`pairs`); the sweep of a requirement, which begins after that one's commit, takes its area's lock alone for an
instant first (`rematching`). So a firm that registers while a requirement is published is seen by one side at least.
"""

"""The store: the only SQL of the service.

`requirement` rows are written only under the demand lock, held alone; whoever decides an offering holds it shared. So a
firm that registers while a requirement is published is seen by one side at least: either its transaction read the
requirement, or the sweep, which starts after the requirement's commit, finds the firm.
"""

"""Changes that touch many offerings or requirements, by name."""

REQUIREMENT_CHANGED = "requirement_changed"
"""Over the firms of `requirement_id`: what is asked there changed."""

ASKS = "asks"
"""Its argument: what a diagnosis is measured against changed too."""

LEFT = "left_"
"""Its argument, with an area: it was asked for there before."""

REQUIREMENT_WAIVED = "requirement_waived"
"""Of the one firm `offering_id`: a gate of `requirement_id` is waived for it, or no more."""

REQUIREMENT_TOLD = "requirement_told"
"""Over the firms that are still to be told of `requirement_id`."""

DEMAND_BY_RULES = "demand_by_rules"
"""Over all open requirements, and then over all offerings, once for each version of the rules: `rules`."""

RULES_CHANGED = "rules_changed"
"""Over all offerings, as part of it."""

TELL_ALL = "tell_all"
"""Over all offerings: each firm is told everything once more."""

ANCHOR_LEFT = "anchor_left"
"""Over the open requirements of `anchor_id`."""

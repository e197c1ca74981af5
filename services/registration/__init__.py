"""Who takes part in the program: suppliers, anchors, and what the tax authority's lists say of a firm."""

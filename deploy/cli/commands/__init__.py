"""The commands of `pdp`: one small module each, imported only when it is called."""

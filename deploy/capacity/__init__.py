"""What the program needs at a number of suppliers: a model on measured figures."""

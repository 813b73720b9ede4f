"""Networks that cut out what a person points at."""

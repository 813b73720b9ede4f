"""Systems that find objects as points: corners and centres."""

"""What a saved run is: its parts, which refuse wrong values when they are made, and the history of its format."""

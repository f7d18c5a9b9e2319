"""The sign of a value, as far as its interval tells it."""


def sign(value: float, half: float) -> bool | None:
    """Tell whether a value is above 0 (True) or below (False) by more than its half interval."""
    if value - half > 0:
        return True
    return False if value + half < 0 else None

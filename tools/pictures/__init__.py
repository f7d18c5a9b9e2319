"""What the pictures of the documentation are made with: `python -m tools.screenshots docs/pictures`."""

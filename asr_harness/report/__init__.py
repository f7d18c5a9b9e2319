"""What people look at: units, terminal tables, and later figures and the HTML page."""

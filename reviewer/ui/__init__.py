"""Every widget; the only folder, with app.py, that imports Qt."""

"""One's own work, looked back on."""

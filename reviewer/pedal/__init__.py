"""Foot pedals: detection, calibration, and reports read into events."""

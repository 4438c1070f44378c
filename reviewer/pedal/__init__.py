"""Foot pedals: from the bytes of a USB report to a pedal that goes down and comes up."""

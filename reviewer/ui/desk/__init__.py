"""The desk: one leased clip, listened to, typed, labelled, handed in."""

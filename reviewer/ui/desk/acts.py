"""What a listener can ask for."""

from enum import StrEnum


class Act(StrEnum):
    """The value is the key's name in the table of keys."""

    PLAY = "play"
    BACK = "back"
    FORWARD = "forward"
    START = "start"
    AGAIN = "again"
    SLOWER = "slower"
    NORMAL_SPEED = "normal_speed"
    FASTER = "faster"
    LOOP = "loop"
    IN_EDGE = "in_edge"
    OUT_EDGE = "out_edge"
    BACKSTEP = "backstep"
    PREVIOUS_SEGMENT = "previous_segment"
    NEXT_SEGMENT = "next_segment"
    NEXT_UNHEARD = "next_unheard"

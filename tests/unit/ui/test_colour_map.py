"""Louder is always lighter (or always darker), also for eyes that see fewer hues."""

import numpy as np
import pytest

from reviewer.ui.theme import DARK, LIGHT
from reviewer.ui.waveform.colour_map import colour_map

GROUNDS = (DARK.surface, LIGHT.surface)
# Viénot, Brettel and Mollon 1999: what is left of linear red, green and blue without one kind of cone.
DICHROMATS = {
    "protanope": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranope": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def linear(colours: np.ndarray) -> np.ndarray:
    share = colours / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lightness(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*."""
    luminance = np.clip(rgb, 0, 1) @ [0.2126, 0.7152, 0.0722]
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


@pytest.mark.parametrize("ground", GROUNDS)
def test_from_silence_on_the_ground_lightness_goes_one_way_far_in_steps_that_are_alike(ground):
    colours = colour_map(ground)
    assert "#" + bytes(colours[0]).hex().upper() == ground
    assert abs(np.diff(colours.astype(int), axis=0)).max() <= 6
    seen = lightness(linear(colours))
    steps = np.diff(seen[::8])
    assert (np.sign(steps) == np.sign(steps[0])).all()
    assert abs(steps).max() < 3 * abs(steps).min()
    assert abs(seen[-1] - seen[0]) > 70


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("eye", DICHROMATS)
def test_who_does_not_see_all_hues_still_sees_which_is_louder(ground, eye):
    seen = linear(colour_map(ground)) @ np.array(DICHROMATS[eye]).T
    steps = np.diff(lightness(seen)[::8])
    assert (np.sign(steps) == np.sign(steps[0])).all()

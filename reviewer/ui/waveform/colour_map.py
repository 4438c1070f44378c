"""The spectrogram's colour map: even steps of lightness, readable without seeing hues."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STEPS = 256
_FAR_END = {True: 0.93, False: 0.24}  # lightness of the loudest, on a dark and on a light ground
_HUES_AT = (0.15, 0.45, 0.65, 0.95)  # lightness of violet, rose, orange, yellow
_HUES_DEGREES = (285.0, 335.0, 400.0, 455.0)
_CHROMA = 0.16
_FITTING_ROUNDS = 24

# Ottosson 2020, "A perceptual color space for image processing": OKLab to linear sRGB.
_LAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LMS_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@lru_cache(maxsize=4)
def colour_map(ground: str) -> NDArray[np.uint8]:
    """Colours from silence (``ground``, ``#RRGGBB``) to the loudest value, shape (256, 3).

    OKLab lightness rises on a dark background and falls on a light one, in even steps; hue goes from violet
    over rose to yellow along with it, so that the map stays readable for colour-blind people.
    """
    start = _lab_of(ground)
    share = np.linspace(0.0, 1.0, STEPS)
    lightness = start[0] + (_FAR_END[bool(start[0] < 0.5)] - start[0]) * share
    hue = np.radians(np.interp(lightness, _HUES_AT, _HUES_DEGREES))
    chroma = _CHROMA * np.sin(np.pi * np.clip(share, 0.0, 1.0)) ** 0.7
    tint = np.stack((chroma * np.cos(hue), chroma * np.sin(hue)), axis=1)
    tint *= _fitting(lightness, tint)[:, None]
    tint += (1.0 - share[:, None]) ** 3 * start[1:]
    return _bytes(_linear_rgb(lightness, tint))


def _fitting(lightness: NDArray[np.float64], tint: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of its tint that each colour can have within the sRGB gamut, found by bisection."""
    least, most = np.zeros(STEPS), np.ones(STEPS)
    for _ in range(_FITTING_ROUNDS):
        tried = (least + most) / 2
        rgb = _linear_rgb(lightness, tint * tried[:, None])
        fits = ((rgb >= 0.0) & (rgb <= 1.0)).all(axis=1)
        least, most = np.where(fits, tried, least), np.where(fits, most, tried)
    return least


def _linear_rgb(lightness: NDArray[np.float64], tint: NDArray[np.float64]) -> NDArray[np.float64]:
    lab = np.column_stack((lightness, tint))
    rgb: NDArray[np.float64] = ((lab @ _LAB_TO_LMS.T) ** 3) @ _LMS_TO_RGB.T
    return rgb


def _lab_of(colour: str) -> NDArray[np.float64]:
    encoded = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    lms = np.cbrt(np.linalg.solve(_LMS_TO_RGB, linear))
    lab: NDArray[np.float64] = np.linalg.solve(_LAB_TO_LMS, lms)
    return lab


def _bytes(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The transfer curve of IEC 61966-2-1 (sRGB)."""
    inside = np.clip(linear, 0.0, 1.0)
    encoded = np.where(inside <= 0.0031308, inside * 12.92, 1.055 * inside ** (1 / 2.4) - 0.055)
    values: NDArray[np.uint8] = np.rint(encoded * 255).astype(np.uint8)
    return values

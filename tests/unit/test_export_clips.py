"""A clip that is gone ends an export in words for a lead."""

import pytest

from reviewer.errors import Refused
from reviewer.lead.export_clips import clips_stay


@pytest.mark.parametrize("code", ["PURGED", "CLIP_WITHDRAWN", "CONSENT_ENDED"])
def test_a_clip_that_goes_during_an_export_is_told_to_a_lead(code: str) -> None:
    with pytest.raises(Refused) as told, clips_stay():
        raise Refused(code)
    assert told.value.code == "EXPORT_CLIPS_CHANGED"


def test_another_refusal_stays_as_it_is() -> None:
    with pytest.raises(Refused) as told, clips_stay():
        raise Refused("NO_FORMAT", known="nemo")
    assert told.value.code == "NO_FORMAT"

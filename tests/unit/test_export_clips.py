"""A clip that is gone ends an export in words for a lead."""

import pytest

from reviewer.errors import Refused
from reviewer.lead.export_clips import clips_stay


@pytest.mark.parametrize("code", ["PURGED", "CLIP_WITHDRAWN"])
def test_a_clip_that_goes_during_an_export_is_told_to_a_lead(code: str) -> None:
    with pytest.raises(Refused) as told, clips_stay():
        raise Refused(code)
    assert told.value.code == "EXPORT_CLIPS_CHANGED"


def test_the_end_of_consent_keeps_its_own_words() -> None:
    with pytest.raises(Refused) as told, clips_stay():
        raise Refused("CONSENT_ENDED")
    assert told.value.code == "CONSENT_ENDED"

"""A clip that is gone ends an export in words for a lead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reviewer.errors import Refused
from reviewer.lead.export_clips import clips_stay
from reviewer.session.export_access import is_over
from tests.factories import a_clip


@pytest.mark.parametrize("code", ["PURGED", "CLIP_WITHDRAWN"])
def test_a_clip_that_goes_during_an_export_is_told_to_a_lead(code: str) -> None:
    with pytest.raises(Refused) as told, clips_stay():
        raise Refused(code)
    assert told.value.code == "EXPORT_CLIPS_CHANGED"


def test_the_end_of_consent_keeps_its_own_words() -> None:
    with pytest.raises(Refused) as told, clips_stay():
        raise Refused("CONSENT_ENDED")
    assert told.value.code == "CONSENT_ENDED"


def test_a_clip_is_over_from_the_moment_of_its_withdrawal_or_end_on() -> None:
    clip = a_clip()
    end, moment = clip.purge_at, timedelta(microseconds=1)
    assert [is_over(clip, end + late) for late in (-moment, 0 * moment)] == ["", "retention_over"]
    withdrawn = replace(clip, consent_withdrawn_at=end - moment)
    assert [is_over(withdrawn, end - late) for late in (2 * moment, moment)] == ["", "consent_withdrawn"]
    assert is_over(withdrawn, end) == "consent_withdrawn"

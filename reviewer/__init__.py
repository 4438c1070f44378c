"""Reviewer: a desktop workstation for human annotation of sampled, de-identified voice clips."""

"""What all roles share: sign-in, agreement, the one access to clips, drafts and the work session."""

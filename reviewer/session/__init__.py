"""What all roles share: sign-in, agreement, clip access, listening record, drafts, work session."""

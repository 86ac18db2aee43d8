"""Saved outputs of any kinds in any order: pastes, directories and archives, cut into parts, recognised and joined."""

"""What several controllers share: pods, ownership, templates, revisions, addresses."""

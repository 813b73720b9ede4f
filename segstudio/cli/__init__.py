"""The command line: a file a group of verbs, no Qt, and nothing heavy before a verb needs it."""

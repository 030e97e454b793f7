"""The citizen's pages: writing, tracking, and reading what others asked."""

"""The demo workspaces: media made by code, and what agents would have recorded about it."""

"""The JSON API: the contract of docs/api.md, which the official clients use."""

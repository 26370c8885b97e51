"""The demo's model: its language, its training and its export."""

"""From the outbox to a chat: order, pacing, rendering, splitting, attempts."""

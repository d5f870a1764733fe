"""Programs that run inside the lab's guests: standard library only, sent over the guest agent."""

"""Tables that come in: registers, people, meetings, promises. The same file twice is nothing new."""

"""Power and the room: UPS runtime, ordered shutdown, generator, energy."""

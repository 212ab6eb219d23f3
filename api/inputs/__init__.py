"""What bodies may hold: serializers that parse; the services decide."""

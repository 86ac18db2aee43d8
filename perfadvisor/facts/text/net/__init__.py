"""What commands print about network devices, queues and connections."""

"""Settings that another program keeps: libvirt a guest's definition, docker a container's limits."""

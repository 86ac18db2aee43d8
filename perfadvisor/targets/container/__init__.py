"""Containers of Docker and Podman, made for the run or there before."""

"""The language of --env and of the environments file: kinds of environment, their options, and the one parser."""

"""A run on disk: one directory, written so that a kill at any moment loses at most the trial in flight."""

from perfadvisor.bundle.folder import Bundle, create, refuse_used, reopen
from perfadvisor.bundle.reading import PRECISION, RATING, evidence, load, precision

__all__ = ["PRECISION", "RATING", "Bundle", "create", "evidence", "load", "precision", "refuse_used", "reopen"]

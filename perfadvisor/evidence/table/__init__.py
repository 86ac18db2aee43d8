"""The kinds of outputs that a bundle may hold, by what they are about; `perfadvisor.evidence.kinds` joins them."""

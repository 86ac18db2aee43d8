"""A tool and a kind of machine that perfadvisor does not know, as somebody who adds one would write them."""

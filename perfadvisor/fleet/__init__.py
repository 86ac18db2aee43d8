"""Many machines: their bundles judged here, kept small, compared, stored and asked."""

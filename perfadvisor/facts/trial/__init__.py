"""What moved while a trial ran: counters, gauges, and a load that was there already."""

"""How strong the tests are: small faults put into the modules that safety and verdicts rest on, one at a time."""

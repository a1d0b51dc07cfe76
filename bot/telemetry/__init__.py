"""What the operator sees: metrics, traces, logs. All read what a call keeps (`watching`)."""

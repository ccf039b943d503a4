"""What breaks: protocol faults (errors, latency ...) and scenarios that keep every view coherent."""

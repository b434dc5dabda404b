"""Text out: detection, the readers, and the fusion of what they read."""

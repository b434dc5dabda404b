"""Images in: safe decoding, invertible geometry, crops and their lightness."""

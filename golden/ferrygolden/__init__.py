"""What the scripts of golden/ share: cases, pictures, calibrated networks, exports, and the mathematics in float64."""

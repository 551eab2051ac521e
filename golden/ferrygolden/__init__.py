"""What the scripts of golden/ share: writing cases, pictures, calibrated networks, exports, and the mathematics in float64."""

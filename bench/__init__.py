"""Speed, as ratios in one run: the floor, the plain library, and ours, on the same path.

Absolute times mean nothing on a shared machine; ``make bench`` prints what they are to each other.
"""

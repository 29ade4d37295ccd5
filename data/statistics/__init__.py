"""Statistics of public health intelligence: pure functions of numpy arrays.

Groups stand on the last axis, ordered from most to least deprived; NaN is missing; a signed
measure is positive when the value rises towards the least deprived.
"""

"""Scores speech as listeners would: ITU-T P.862 (PESQ) with the scale of P.862.1, by the package `pesq` of PyPI.

Arguments are pairs of files, what was said and what was heard: linear samples, 16 bits, 8 kHz, no header. Each pair is
scored in pieces of eight seconds, as the recommendation wants them; a line is printed for each, with the mean.
"""

import sys

import numpy
from pesq import pesq

RATE = 8_000
PIECE = 8 * RATE

for said, heard in zip(sys.argv[1::2], sys.argv[2::2]):
    said, heard = (numpy.fromfile(name, dtype="<i2") for name in (said, heard))
    length = min(len(said), len(heard)) // PIECE * PIECE
    pieces = [slice(start, start + PIECE) for start in range(0, length, PIECE)]
    scores = [pesq(RATE, said[piece], heard[piece], "nb") for piece in pieces]
    print(f"{sum(scores) / len(scores):.2f}", flush=True)

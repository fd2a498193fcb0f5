#!/usr/bin/env python3
"""What libspandsp (Debian: libspandsp2) hears in signed 16 bit samples at 8 kHz on the standard input.

Prints a line for each digit: the digit, and after how many samples it was told. Ends with status 3 where the library
is missing.
"""

import ctypes
import sys

FRAME = 160

try:
    library = ctypes.CDLL("libspandsp.so.2")
except OSError:
    sys.exit(3)

library.dtmf_rx_init.restype = ctypes.c_void_p
library.dtmf_rx_init.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
library.dtmf_rx.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
library.dtmf_rx_get.restype = ctypes.c_size_t
library.dtmf_rx_get.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]

receiver = library.dtmf_rx_init(None, None, None)
digits = ctypes.create_string_buffer(128)
heard = 0
while frame := sys.stdin.buffer.read(2 * FRAME):
    heard += len(frame) // 2
    library.dtmf_rx(receiver, frame, len(frame) // 2)
    count = library.dtmf_rx_get(receiver, digits, 127)
    for digit in digits.raw[:count].decode("ascii"):
        print(digit, heard)

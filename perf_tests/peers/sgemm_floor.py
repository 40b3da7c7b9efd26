"""What the dense products of an epoch of gsrgnn's RevGNN take alone, by the same BLAS: what its epoch cannot be below.

    sgemm_floor.py LIBRARY ROWS BLOCKS WIDTH EPOCHS

Of each block (a layer has two) with Z, G (N x d) and W (d x d), for its neighbours and for the cell itself: X += Z W in
forward and again in backward, which takes it away; dW = Z^T G; dZ += G W^T. So 8 sgemms of 2 N d^2 operations. Prints
{"kernels": ..., "seconds": {"processor": [...], "total": [...]}}: for which processor the library's kernels are, and
the seconds of each epoch after the first.
"""

import ctypes
import json
import sys
import time

import numpy as np

ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112


def main():
    library, (rows, blocks, width, epochs) = sys.argv[1], map(int, sys.argv[2:])
    random = np.random.default_rng(0)
    z, g, x = (random.standard_normal((rows, width), np.float32) for _ in range(3))
    w, dw = (random.standard_normal((width, width), np.float32) for _ in range(2))
    openblas = ctypes.CDLL(library)
    blas, openblas.openblas_get_corename.restype = openblas.cblas_sgemm, ctypes.c_char_p

    def gemm(a, of_a, b, of_b, keep, c):
        inner = a.shape[0] if of_a == TRANSPOSED else a.shape[1]
        blas(ROW_MAJOR, of_a, of_b, *c.shape, inner, ctypes.c_float(1), ctypes.c_void_p(a.ctypes.data), width,
             ctypes.c_void_p(b.ctypes.data), width, ctypes.c_float(keep), ctypes.c_void_p(c.ctypes.data), width)

    def epoch():
        start = time.process_time(), time.perf_counter()
        for _ in range(2 * blocks):  # for neighbours, and for the cell itself
            gemm(z, PLAIN, w, PLAIN, 0, x)  # not 1: sums of so many would grow beyond what a float has
            gemm(z, PLAIN, w, PLAIN, 0, x)
            gemm(z, TRANSPOSED, g, PLAIN, 0, dw)
            gemm(g, PLAIN, w, TRANSPOSED, 0, x)
        return time.process_time() - start[0], time.perf_counter() - start[1]

    processor, total = zip(*[epoch() for _ in range(1 + epochs)][1:])
    expected = g[:9].astype(float) @ w.T.astype(float)
    if not np.allclose(x[:9], expected, atol=1e-3):
        sys.exit("sgemm_floor: a product is wrong")
    kernels = openblas.openblas_get_corename().decode()
    print(json.dumps({"kernels": kernels, "seconds": {"processor": processor, "total": total}}))


if __name__ == "__main__":
    main()

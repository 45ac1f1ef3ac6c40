# SPDX-License-Identifier: MIT
#
# CuPy: raw kernels compiled at run time by NVRTC, elementwise and reduction kernels, streams. As it
# is by default (machine code) and made to hand PTX to the driver.
#
# variant: cubin
# variant: ptx
# env: CUPY_CACHE_IN_MEMORY=1
# modes: auto-* 1-* 7-rr odd-fcfs
# timeout: 120
import hashlib
import os
import sys

if sys.argv[0].endswith(".ptx"):
    os.environ["CUPY_COMPILE_WITH_PTX"] = "1"
try:
    import cupy as cp
except ImportError:
    print("no cupy here")
    sys.exit(77)

SOURCE = r"""
extern "C" __global__ void stir(unsigned *v, unsigned n, unsigned salt)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        v[i] = (v[i] ^ salt) * 2654435761u + blockIdx.x * gridDim.x;
}

template <typename T> __global__ void scale(T *v, T by)
{
    v[(blockIdx.y * gridDim.x + blockIdx.x) * blockDim.x + threadIdx.x] *= by + blockIdx.y;
}
"""


def show(name, array):
    data = cp.asnumpy(array).tobytes()
    print(name, len(data), hashlib.sha256(data).hexdigest()[:32])


def main():
    module = cp.RawModule(code=SOURCE, options=("-std=c++17",), name_expressions=["scale<double>"])
    stir, scale = module.get_function("stir"), module.get_function("scale<double>")
    n = 40000
    v = cp.arange(n, dtype=cp.uint32)
    d = cp.linspace(0, 1, 64 * 12 * 20, dtype=cp.float64)
    streams = [cp.cuda.Stream(non_blocking=True) for _ in range(3)]
    cp.cuda.Device().synchronize()
    for k in range(5):
        with streams[0]:
            stir(((n + 127) // 128,), (128,), (v, cp.uint32(n), cp.uint32(k)))
        with streams[1]:
            scale((12, 20), (64,), (d, cp.float64(0.5)))
    for stream in streams:
        stream.synchronize()
    show("stir", v)
    show("scale", d)
    distance = cp.ElementwiseKernel("float32 x, float32 y", "float32 z",
                                    "z = (x - y) * (x - y)", "distance")
    norm = cp.ReductionKernel("int32 x", "int64 y", "(long long)x * x", "a + b", "y = a", "0",
                              "norm")
    x, y = cp.arange(50000, dtype=cp.float32), cp.arange(50000, dtype=cp.float32)[::-1]
    show("distance", distance(x, y))
    show("norm", norm(cp.arange(50000, dtype=cp.int32)))
    show("sorted", cp.sort(v))
    show("cumsum", cp.cumsum(v.astype(cp.int64)))
    show("product", cp.dot(d[:10000].reshape(100, 100), d[:10000].reshape(100, 100)))


main()

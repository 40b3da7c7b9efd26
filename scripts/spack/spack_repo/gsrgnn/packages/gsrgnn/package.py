"""Builds what is committed in the checkout that this file is in, with Spack 1.0 or later:

    spack repo add scripts/spack/spack_repo/gsrgnn
    spack install gsrgnn +openmp                     # or +cuda cuda_arch=86
"""
from pathlib import Path

from spack_repo.builtin.build_systems.cmake import CMakePackage, generator
from spack_repo.builtin.build_systems.cuda import CudaPackage

from spack.package import *


class Gsrgnn(CMakePackage, CudaPackage):
    """Trains deep graph neural networks on circuit graphs to predict routing congestion."""

    git = Path(__file__).resolve().parents[6].as_uri()
    license("BSD-3-Clause")
    version("main", branch="main")

    variant("openmp", default=True, description="Train with all cores, not with one")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("git", type="build")
    generator("ninja")

    # CUDA 13 needs 4.7.01.
    depends_on("kokkos@4.7.01: +serial")
    depends_on("kokkos-kernels@4.7.01: +blas +execspace_serial layouts=right scalars=float")
    depends_on("kokkos +openmp", when="+openmp")
    depends_on("kokkos-kernels +execspace_openmp", when="+openmp")
    depends_on("kokkos +cuda +wrapper", when="+cuda")
    depends_on("kokkos +cuda_lambda", when="+cuda ^kokkos@:4")
    depends_on("kokkos-kernels +cuda +cublas +execspace_cuda +memspace_cudaspace", when="+cuda")
    for arch in CudaPackage.cuda_arch_values:
        depends_on(f"kokkos cuda_arch={arch}", when=f"+cuda cuda_arch={arch}")
        depends_on(f"kokkos-kernels cuda_arch={arch}", when=f"+cuda cuda_arch={arch}")
    conflicts("cuda_arch=none", when="+cuda", msg="say for which GPU, e.g. cuda_arch=86")

    depends_on("mpi")
    depends_on("hdf5 +mpi")
    depends_on("yaml-cpp")
    depends_on("cli11")
    depends_on("fmt")
    depends_on("nlohmann-json")
    depends_on("zlib-api")

    def cmake_args(self):
        args = [
            self.define("GSRGNN_NATIVE", False),  # Spack says for which processor
            self.define("GSRGNN_TESTS", False),
            self.define("GSRGNN_BENCHMARKS", False),
            self.define("Kokkos_ROOT", self.spec["kokkos"].prefix),
            self.define("KokkosKernels_ROOT", self.spec["kokkos-kernels"].prefix),
        ]
        if self.spec.satisfies("+cuda"):
            args.append(self.define("GSRGNN_BACKEND", "CUDA"))
            args.append(self.define("CMAKE_CXX_COMPILER", self["kokkos"].kokkos_cxx))
        return args

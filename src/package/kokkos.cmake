# Makes of the Kokkos found, with its Kernels, what is linked: of the project's build and of whoever finds its package.
set(GSRGNN_KOKKOS_KERNELS Kokkos::kokkoskernels)
if(TARGET trilinos_kokkoscore)
  # Debian's, whose export names an include folder that does not exist.
  set_target_properties(Kokkos::kokkos PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Kokkos_INCLUDE_DIRS}")
  set(GSRGNN_KOKKOS_KERNELS trilinos_kokkoskernels)
endif()

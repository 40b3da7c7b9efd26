# What `cmake --install` puts where: the program, the library with its headers and its package for CMake, decks and
# scripts, what there is to read.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# A Kokkos of one's own, or an HDF5, is found where it was when the program was linked.
set_target_properties(gsrgnn_program PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS gsrgnn_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(TARGETS gsrgnn EXPORT gsrgnn-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/gsrgnn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gsrgnn)
install(EXPORT gsrgnn-targets NAMESPACE gsrgnn:: DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gsrgnn-config.cmake.in gsrgnn-config.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(gsrgnn-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/gsrgnn-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/gsrgnn-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/kokkos.cmake
        DESTINATION ${package})

# Without the scripts that build the project, test it or measure it.
set(data ${CMAKE_INSTALL_DATADIR}/gsrgnn)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/inputs DESTINATION ${data})
install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/plot.py DESTINATION ${data}/scripts)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/plots ${PROJECT_SOURCE_DIR}/scripts/gsrgnn DESTINATION ${data}/scripts
        FILES_MATCHING PATTERN "*.py" PATTERN "*.js" PATTERN "*.css" PATTERN README.md PATTERN __pycache__ EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/scripts/modulefile DESTINATION ${data}/scripts)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scripts/slurm DESTINATION ${data}/scripts USE_SOURCE_PERMISSIONS
        PATTERN nightly_performance.sh EXCLUDE)

# How lines are completed, where bash and zsh look; and the manual page, which the program writes itself, if it can run
# on the machine that builds.
install(FILES ${PROJECT_SOURCE_DIR}/scripts/completion/gsrgnn.bash RENAME gsrgnn
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_SOURCE_DIR}/scripts/completion/_gsrgnn DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
set(manual ${CMAKE_CURRENT_BINARY_DIR}/gsrgnn.1)
install(CODE "execute_process(COMMAND \"$<TARGET_FILE:gsrgnn_program>\" help --man OUTPUT_FILE \"${manual}\"
                              RESULT_VARIABLE failed)
              if(failed)
                message(WARNING \"gsrgnn does not run here (\${failed}), and so there is no manual page\")
                file(REMOVE \"${manual}\")
              endif()")
install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

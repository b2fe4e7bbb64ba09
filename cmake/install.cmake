# What `cmake --install` puts where, and the package that find_package(libtune CONFIG) finds.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libtune)
set(data_dir ${CMAKE_INSTALL_DATADIR}/libtune)

foreach(library core proto codec history)
  set_target_properties(tune_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS tune_${library} EXPORT libtuneTargets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endforeach()
if(LIBTUNE_WITH_PARQUET)
  # Arrow stays where its wheel is. CMake would drop that path at install where it lies inside the project.
  find_package(PyArrow 26 REQUIRED)
  cmake_path(GET PyArrow_PARQUET_LIBRARY PARENT_PATH arrow_dir)
  set_target_properties(tune PROPERTIES INSTALL_RPATH ${arrow_dir})
endif()
install(TARGETS tune RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(LIBTUNE_WITH_SERVICE)
  install(TARGETS tuned RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

add_custom_command(OUTPUT completion/tune completion/_tune completion/tune.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory completion
  COMMAND tune completion bash > completion/tune
  COMMAND tune completion zsh > completion/_tune
  COMMAND tune completion fish > completion/tune.fish
  VERBATIM)
add_custom_target(tune_completion ALL DEPENDS completion/tune completion/_tune completion/tune.fish)
install(FILES ${PROJECT_BINARY_DIR}/completion/tune DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PROJECT_BINARY_DIR}/completion/_tune DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${PROJECT_BINARY_DIR}/completion/tune.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# Headers are included by the same path in the project and from the package. The engine's are public as they are;
# codec/ and history/ have private headers too, so their public ones are listed.
install(DIRECTORY libtune/include/tune DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/tune DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.pb.h" PATTERN "service*" EXCLUDE PATTERN "jobs*" EXCLUDE PATTERN "changes*" EXCLUDE PATTERN stored EXCLUDE)
foreach(header
    codec/door.h
    codec/json.h
    codec/patch_text.h
    codec/plan_codec.h
    codec/policy_codec.h
    codec/policy_text.h
    codec/recommendation_codec.h
    codec/samples_codec.h
    codec/spec_yaml.h
    codec/window_codec.h
    codec/wire.h
    history/history.h
    internal/not_allowed.h
    internal/path.h)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES libtune/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/libtune/${folder})
endforeach()

install(EXPORT libtuneTargets NAMESPACE tune:: DESTINATION ${package_dir})
configure_package_config_file(cmake/libtuneConfig.cmake.in ${PROJECT_BINARY_DIR}/libtuneConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/libtuneConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/libtuneConfig.cmake ${PROJECT_BINARY_DIR}/libtuneConfigVersion.cmake
        DESTINATION ${package_dir})

install(DIRECTORY models DESTINATION ${data_dir})
install(DIRECTORY proto/tune DESTINATION ${data_dir}/proto FILES_MATCHING PATTERN "*.proto" PATTERN stored EXCLUDE)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

if(LIBTUNE_WITH_TESTS AND NOT LIBTUNE_SANITIZE)
  add_test(NAME InstalledPackage.IsFoundLinkedAndRunByAnotherProject
           COMMAND ${CMAKE_COMMAND} -DBUILD=${PROJECT_BINARY_DIR} -DSOURCE=${PROJECT_SOURCE_DIR}/tests/install
             -DGENERATOR=${CMAKE_GENERATOR} -DCXX=${CMAKE_CXX_COMPILER} "-DCXX_FLAGS=${CMAKE_CXX_FLAGS}"
             -DBUILD_TYPE=${CMAKE_BUILD_TYPE} -DPROGRAM=${CMAKE_INSTALL_BINDIR}/tune
             -P ${PROJECT_SOURCE_DIR}/cmake/install_check.cmake)
endif()

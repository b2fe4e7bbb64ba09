# parquet.h answers in either case; without Arrow it says how to build with it.
if(LIBTUNE_WITH_PARQUET)
  list(APPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake)
  find_package(PyArrow 26 REQUIRED)
  target_sources(tune_history PRIVATE
    parquet.cc
    parquet_columns.cc
  )
  # The libraries stay where the wheel is; programs find them there (an rpath that CMake sets).
  target_link_libraries(tune_history PRIVATE
    $<BUILD_INTERFACE:PyArrow::parquet> $<INSTALL_INTERFACE:${PyArrow_PARQUET_LIBRARY}>
    $<INSTALL_INTERFACE:${PyArrow_ARROW_LIBRARY}>)
else()
  target_sources(tune_history PRIVATE parquet_absent.cc)
endif()
